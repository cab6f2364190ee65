import { once } from 'node:events'
import ses from 'aws-ses-v2-local'
import { findFreePort } from './free-port.ts'

/** A mail as the mailbox shows it. */
export interface StoredMail {
  readonly messageId: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** A server that speaks SES, keeps every mail, and shows them on a page and as JSON under `/store`. */
export interface LocalMailbox {
  readonly endpoint: string
  mails(): Promise<readonly StoredMail[]>
  stop(): Promise<void>
}

interface Store {
  readonly emails: ReadonlyArray<{
    readonly messageId: string
    readonly from: string
    readonly destination: { readonly to?: readonly string[] }
    readonly subject: string
    readonly body: { readonly text?: string; readonly html?: string }
  }>
}

/** Starts the mailbox on 127.0.0.1. All mailboxes of one process share one store. */
export async function startMailbox(options: { port?: number } = {}): Promise<LocalMailbox> {
  const port = await findFreePort(options.port)
  // The package is CommonJS with a default export: Node hands over its whole module.
  const server = await ses.default({ host: '127.0.0.1', port })
  const endpoint = `http://127.0.0.1:${port}`
  return {
    endpoint,
    mails: async () => {
      const answer = await fetch(`${endpoint}/store`)
      // The shape is the server's own; this is the one place that reads it.
      const { emails } = (await answer.json()) as Store
      return emails.map(({ messageId, from, destination, subject, body }) => {
        const { text = '', html = '' } = body
        return { messageId, from, to: destination.to ?? [], subject, text, html }
      })
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
