import { managers } from '../../infra/local/installation.ts'
import type { CallAnswer } from '../support/call.ts'
import { basic, type Key, keyIn } from '../support/registration-key.ts'
import { type Client, exchange, toText } from './exchange.ts'

/** People who ask for an account that staff decide about, and the manager who does; each gives its answer in words. */
export interface Askers {
  register(asker: number): Promise<string>
  decide(asker: number, status: 'approved' | 'rejected'): Promise<string>
  pick(asker: number): Promise<string>
  look(asker: number): Promise<string>
}

const nothing = 'nothing to do'
const [manager] = managers

/** Askers of whom nobody has asked yet. */
export function newAskers(client: Client): Askers {
  const keys = new Map<number, Key>()
  const withKey = async (asker: number, ask: (key: Key) => Promise<string>) => {
    const key = keys.get(asker)
    return key === undefined ? nothing : ask(key)
  }
  return {
    register: async (asker) => {
      const body = { email: `eva${asker}@mail.example`, message: `I am Eva ${asker}.` }
      const answer = await exchange(client, 'POST', '/registrations/', { body })
      if (answer.status === 201) keys.set(asker, answer.body)
      return toText(answer)
    },
    decide: (asker, status) =>
      withKey(asker, async (own) => {
        const token = await managersToken(client, own)
        if (token === undefined) return nothing
        return toText(await send(client, 'PUT', { rid: own.rid, token, body: { status } }))
      }),
    pick: (asker) =>
      withKey(asker, async (key) => {
        const seen = await send(client, 'GET', key)
        if (seen.body?.status !== 'approved') return nothing
        const body = { matrix_status: 'processing', username: `eva${asker}` }
        return toText(await send(client, 'PATCH', { ...key, body }))
      }),
    look: (asker) => withKey(asker, async (key) => toText(await send(client, 'GET', key))),
  }
}

async function managersToken({ place }: Client, { rid }: Key): Promise<string | undefined> {
  const mails = await place.servers.mailbox.mails()
  const keys = mails.filter(({ to }) => to.includes(manager)).map(keyIn)
  return keys.find((key) => key?.rid === rid)?.token
}

function send(
  client: Client,
  method: string,
  { body, ...key }: Key & { readonly body?: Readonly<Record<string, string>> },
): Promise<CallAnswer> {
  const options = { headers: basic(key), ...(body ? { body } : {}) }
  return exchange(client, method, `/registrations/${key.rid}/`, options)
}
