import { awsNames } from '../../infra/local/aws-names.ts'
import { type Answer, type ReceivedRequest, startServer } from '../../infra/local/http-server.ts'
import type { LocalParameters } from '../../infra/local/parameters.ts'

const json = { 'content-type': 'application/x-amz-json-1.1' }
// moto takes the region from here, and nothing else.
const scope = `${awsNames.credentials.accessKeyId}/20300101/${awsNames.region}/ssm/aws4_request`
const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`

/** A parameter store whose every answer is moto's: what a test sets is put there before the next question. */
export async function startMotoParameters(moto: string): Promise<LocalParameters> {
  let changes: Promise<unknown> = Promise.resolve()
  const { origin, stop } = await startServer({
    answer: async (request) => {
      await changes
      return passOn(moto, request)
    },
  })
  return {
    endpoint: origin,
    set: (name, value) => {
      changes = changes.then(() => change(moto, name, value))
    },
    stop,
  }
}

async function change(moto: string, name: string, value: string | undefined): Promise<void> {
  const isGone = value === undefined
  const parameter = { Name: name, Value: value, Type: 'SecureString', Overwrite: true }
  const target = `AmazonSSM.${isGone ? 'DeleteParameter' : 'PutParameter'}`
  const response = await fetch(moto, {
    method: 'POST',
    headers: { ...json, authorization, 'x-amz-target': target },
    body: JSON.stringify(isGone ? { Name: name } : parameter),
  })
  const text = await response.text()
  if (!response.ok && !isGone) throw new Error(`moto refused ${name}: ${response.status} ${text}`)
}

async function passOn(moto: string, { method, rawHeaders, body }: ReceivedRequest) {
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!/^(host|connection|content-length|transfer-encoding)$/i.test(name)) {
      headers.append(name, value)
    }
  }
  const response = await fetch(moto, { method, headers, body: new Uint8Array(body) })
  const answer: Answer = { status: response.status, headers: json, body: await response.text() }
  return answer
}
