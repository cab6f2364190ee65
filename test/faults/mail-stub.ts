import { onTestFinished } from 'vitest'
import { type Answer, startServer } from '../../infra/local/http-server.ts'
import { sharedServers } from '../support/servers.ts'

/** A server in front of the mailbox that can refuse mails as SES does. */
export interface MailStub {
  readonly origin: string
  /** Refuses every mail from now on; undefined hands them over again. */
  refuse(refusal: Answer | undefined): void
  /** When a mail was refused, in milliseconds. */
  readonly refusedAt: readonly number[]
}

/** Starts a server that ends with the test. */
export async function startMailStub(): Promise<MailStub> {
  const { endpoint } = (await sharedServers()).mailbox
  const refusedAt: number[] = []
  let refusal: Answer | undefined
  const server = await startServer({
    answer: async ({ method, url, rawHeaders, body }) => {
      if (refusal !== undefined) {
        refusedAt.push(performance.now())
        return refusal
      }
      const headers = rawHeaders.flatMap((name, at) => {
        const value = rawHeaders[at + 1]
        const isWanted = at % 2 === 0 && /^(content-type|authorization)$/i.test(name)
        return isWanted && value !== undefined ? [[name, value] as [string, string]] : []
      })
      const answer = await fetch(endpoint + url, { method, headers, body: new Uint8Array(body) })
      const media = answer.headers.get('content-type') ?? 'text/xml'
      const answered = { status: answer.status, body: await answer.text() }
      return { ...answered, headers: { 'content-type': media } }
    },
  })
  onTestFinished(() => server.stop())
  return {
    origin: server.origin,
    refusedAt,
    refuse: (next) => {
      refusal = next
    },
  }
}

/** SES's own way to say no. */
export function sesRefusal(status: number, code: string, message: string): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`
  const space = 'xmlns="http://ses.amazonaws.com/doc/2010-12-01/"'
  const body = `<ErrorResponse ${space}>${error}<RequestId>r</RequestId></ErrorResponse>`
  return { status, headers: { 'content-type': 'text/xml' }, body }
}
