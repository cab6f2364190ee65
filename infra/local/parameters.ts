import * as z from 'zod'
import { type Answer, jsonAnswer, type ReceivedRequest, startServer } from './http-server.ts'

/** A server that speaks as much of SSM's parameter store as reading secrets takes. */
export interface LocalParameters {
  readonly endpoint: string
  /** Sets a parameter by its full name, or takes it away. */
  set(name: string, value: string | undefined): void
  stop(): Promise<void>
}

/** Starts the parameter store on 127.0.0.1; its values are kept in memory only. */
export async function startParameters(options: { port?: number } = {}): Promise<LocalParameters> {
  const values = new Map<string, string>()
  const { origin, stop } = await startServer({
    port: options.port,
    answer: async (request) => answer(values, request),
  })
  return {
    endpoint: origin,
    set: (name, value) => {
      if (value === undefined) values.delete(name)
      else values.set(name, value)
    },
    stop,
  }
}

const oneName = z.object({ Name: z.string().min(1) })
const manyNames = z.object({ Names: z.array(z.string().min(1)).min(1).max(10) })

function answer(values: ReadonlyMap<string, string>, request: ReceivedRequest): Answer {
  const body = parse(request.body)
  switch (headerOf(request, 'x-amz-target')) {
    case 'AmazonSSM.GetParameter':
      return getOne(values, body)
    case 'AmazonSSM.GetParameters':
      return getMany(values, body)
    default:
      return amazonJson(400, { __type: 'UnknownOperationException' })
  }
}

function getOne(values: ReadonlyMap<string, string>, body: unknown): Answer {
  const read = oneName.safeParse(body)
  if (!read.success) return amazonJson(400, { __type: 'ValidationException' })
  const parameter = find(values, read.data.Name)
  if (parameter === undefined) return amazonJson(400, { __type: 'ParameterNotFound' })
  return amazonJson(200, { Parameter: parameter })
}

function getMany(values: ReadonlyMap<string, string>, body: unknown): Answer {
  const read = manyNames.safeParse(body)
  if (!read.success) return amazonJson(400, { __type: 'ValidationException' })
  const { Names } = read.data
  const Parameters = Names.flatMap((name) => find(values, name) ?? [])
  return amazonJson(200, {
    Parameters,
    InvalidParameters: Names.filter((name) => !values.has(name)),
  })
}

function find(values: ReadonlyMap<string, string>, name: string) {
  const value = values.get(name)
  return value === undefined
    ? undefined
    : { Name: name, Type: 'SecureString', Value: value, Version: 1 }
}

function amazonJson(status: number, body: unknown): Answer {
  return { ...jsonAnswer(status, body), headers: { 'content-type': 'application/x-amz-json-1.1' } }
}

function headerOf({ rawHeaders }: ReceivedRequest, name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? undefined : rawHeaders[at + 1]
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
