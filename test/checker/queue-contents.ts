import * as z from 'zod'
import type { QueueUrls } from '../../infra/local/queues.ts'

const message = z.object({ body: z.string() })
const contents = z.object({
  messages: z.object({
    ready: z.array(message),
    delayed: z.array(message),
    inflight: z.array(z.object({ message, receiptHandle: z.string() })),
  }),
})

/** What lies in a queue right now, without taking it. */
export interface QueueContents {
  readonly bodies: readonly string[]
  /** Receipts of messages that somebody took and has not given back. */
  readonly receipts: readonly string[]
}

/** Looks into one queue of the local server, from outside of SQS's own interface. */
export async function readQueue(endpoint: string, url: string): Promise<QueueContents> {
  const name = url.slice(url.lastIndexOf('/') + 1)
  const answer = await fetch(`${endpoint}/_fauxqs/queues/${encodeURIComponent(name)}`)
  const { ready, delayed, inflight } = contents.parse(await answer.json()).messages
  const all = [...ready, ...delayed, ...inflight.map((one) => one.message)]
  return {
    bodies: all.map(({ body }) => body),
    receipts: inflight.map(({ receiptHandle }) => receiptHandle),
  }
}

/** The bodies in all queues of an installation. */
export async function readQueues(endpoint: string, urls: QueueUrls) {
  const [host, post, dead] = await Promise.all(
    [urls.host, urls.post, urls.dead].map(async (url) => {
      const { bodies } = await readQueue(endpoint, url)
      return [...bodies]
    }),
  )
  return { host: host ?? [], post: post ?? [], dead: dead ?? [] }
}
