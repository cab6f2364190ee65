import {
  type Answer,
  jsonAnswer,
  type LocalServer,
  type ReceivedRequest,
  startServer,
} from '../../infra/local/http-server.ts'
import { faultSchema, pass } from './fault.ts'
import type { ChaosProxy } from './proxy.ts'

/** Proxies by the names that people know them by. */
export type Proxies = ReadonlyMap<string, ChaosProxy>

/**
 * Lets people and scripts steer proxies over HTTP on 127.0.0.1: `GET /` tells the state of all, `PUT /<name>` sets a
 * fault given as JSON, `POST /reset` makes all of them pass.
 */
export function startControl(
  proxies: Proxies,
  options: { readonly port?: number | undefined } = {},
): Promise<LocalServer> {
  return startServer({ port: options.port, answer: (request) => answer(proxies, request) })
}

async function answer(proxies: Proxies, request: ReceivedRequest): Promise<Answer> {
  const { method, url } = request
  if (method === 'GET' && url === '/') return jsonAnswer(200, stateOf(proxies))
  if (method === 'POST' && url === '/reset') {
    await Promise.all([...proxies.values()].map((proxy) => proxy.set(pass)))
    return jsonAnswer(200, stateOf(proxies))
  }
  const proxy = proxies.get(url.slice(1))
  if (proxy === undefined) return jsonAnswer(404, { error: 'No proxy has this name.' })
  if (method !== 'PUT') return jsonAnswer(405, { error: 'Use PUT.' }, { allow: 'PUT' })
  const fault = faultSchema.safeParse(parse(request.body))
  if (!fault.success) return jsonAnswer(400, { error: fault.error.issues[0]?.message })
  await proxy.set(fault.data)
  return jsonAnswer(200, proxy.state())
}

function stateOf(proxies: Proxies) {
  return Object.fromEntries([...proxies].map(([name, proxy]) => [name, proxy.state()]))
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
