import { randomBytes } from 'node:crypto'
import { type Answer, type LocalServer, type ReceivedRequest, startServer } from './http-server.ts'
import { type MatrixAccounts, newAccounts } from './matrix-accounts.ts'
import { answerAsSynapse, type Homeserver, matrixRefusal, tooMany } from './matrix-stub-answers.ts'

/** How a server of the stub behaves when it does not do its work; `after` does the work of a POST first, and each GET. */
export type MatrixFault =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'broken'; readonly after?: boolean }
  | { readonly kind: 'silent'; readonly after?: boolean }
  | { readonly kind: 'rubbish'; readonly after?: boolean }

/** Where a Matrix server is and what lets us register there. */
export interface MatrixAccess {
  readonly url: string
  readonly serverName: string
  readonly secret: string
}

/** A server that answers to registration by shared secret, sign-in and sign-out as Synapse does. */
export interface LocalMatrixStub {
  readonly origin: string
  /** A server of its own below a path of its own, with accounts and a secret of its own. */
  addServer(name: string): MatrixAccess
  accounts(name: string): MatrixAccounts
  setFault(name: string, fault: MatrixFault | undefined): void
  stop(): Promise<void>
}

interface StubServer extends Homeserver {
  fault: MatrixFault | undefined
}

/** Name of the local Matrix server in the ids of its accounts. */
export const localServerName = 'lantern.example'

/** Starts the stub on 127.0.0.1; it keeps accounts in memory only. */
export async function startMatrixStub(options: { port?: number } = {}): Promise<LocalMatrixStub> {
  const servers = new Map<string, StubServer>()
  const listening: LocalServer = await startServer({
    port: options.port,
    answer: async (request) => answer(servers, request),
  })
  const find = (name: string) => {
    const server = servers.get(name)
    if (server === undefined) throw new Error(`The stub has no Matrix server "${name}".`)
    return server
  }
  return {
    origin: listening.origin,
    addServer: (name) => {
      const url = `${listening.origin}/${name}`
      const secret = randomBytes(24).toString('base64url')
      const accounts = newAccounts()
      const nonces = new Set<string>()
      const serverName = localServerName
      servers.set(name, { serverName, secret, accounts, nonces, fault: undefined })
      return { url, serverName, secret }
    },
    accounts: (name) => find(name).accounts,
    setFault: (name, fault) => {
      find(name).fault = fault
    },
    stop: () => listening.stop(),
  }
}

function answer(
  servers: ReadonlyMap<string, StubServer>,
  request: ReceivedRequest,
): Answer | undefined {
  const { pathname } = new URL(request.url, 'http://127.0.0.1')
  const [, name = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(pathname) ?? []
  const server = servers.get(name)
  if (server === undefined) return matrixRefusal(404, 'M_UNRECOGNIZED', 'No such server')
  const { fault } = server
  const isAfter = fault !== undefined && 'after' in fault && fault.after === true
  if (fault && !isAfter) return answerFault(fault)
  const usual = answerAsSynapse(server, `${request.method} ${path}`, request)
  return fault && request.method === 'POST' ? answerFault(fault) : usual
}

function answerFault(fault: MatrixFault): Answer | undefined {
  switch (fault.kind) {
    case 'rate_limited':
      return tooMany(fault.retryAfterSeconds * 1000)
    case 'broken':
      return matrixRefusal(500, 'M_UNKNOWN', 'Out of order')
    case 'rubbish':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>{"nonce":' }
    default:
      return undefined
  }
}
