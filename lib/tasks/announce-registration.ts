import * as z from 'zod'
import type { Language } from '../accounts/account.ts'
import { once } from '../late.ts'
import { newTask, openSecrets } from '../queue/new-task.ts'
import type { NewTask } from '../queue/queue.ts'
import { postTask } from '../queue/task.ts'
import {
  askerLetter,
  decisionLink,
  type LetterUses,
  letterTask,
  statusLink,
} from '../registrations/letters.ts'
import { expiryOf } from '../registrations/life.ts'
import { tellStaff } from './tell-staff.ts'

const holder = () => z.object({ to: z.string(), token: z.string() })

const letters = once(() =>
  z.object({
    language: z.enum(['en', 'de']),
    asker: holder().extend({ rid: z.string(), expiresAt: z.coerce.date() }).nullable(),
    managers: z.array(holder()),
  }),
)

/** Who is to be told of a registration, with everybody's own token. Sealed until the letters are written. */
export interface Announcement {
  readonly language: Language
  readonly asker: {
    readonly to: string
    readonly token: string
    readonly rid: string
    readonly expiresAt: Date
  } | null
  readonly managers: ReadonlyArray<{ readonly to: string; readonly token: string }>
}

/**
 * Tells everybody of a registration: one small task in the transaction that takes it, so that asking costs the same
 * however many managers there are, and for an address that has one open already (T08). Its end writes the letters.
 */
export const announceRegistration = postTask({
  action: 'announce_registration',
  input: () => z.object({ rid: z.string(), kind: z.enum(['new', 'again']) }),
  secrets: ['letters'],
  resource: ({ rid }) => `registration:${rid}`,
  owner: () => null,
  deliver: async () => undefined,
  ending: async ({ task, input: { rid, kind }, ending, uses }) => {
    const ping = { input: { event: 'registration_new', rid } } as const
    const pings = kind === 'new' ? [await newTask(uses, tellStaff, ping)] : []
    // Staff who give up the letters, or whose key for them is gone, still hear that somebody asked.
    if (ending.status === 'failed') return pings
    const { letters: text = '' } = await openSecrets(uses.sealer, task)
    const announcement = letters().parse(JSON.parse(text))
    const toAsker = await writeToAsker(uses, announcement, kind)
    const about = { rid, at: task.timestamp }
    return [...toAsker, ...(await writeToManagers(uses, announcement, about)), ...pings]
  },
})

async function writeToAsker(
  uses: LetterUses,
  { asker, language }: Announcement,
  kind: 'new' | 'again',
): Promise<readonly NewTask[]> {
  if (asker === null) return []
  const { rid, to, token, expiresAt } = asker
  const template = kind === 'new' ? 'registration_received' : 'registration_already_open'
  const mail = { template, link: statusLink(uses.site, rid, token), expiresAt } as const
  return askerLetter(uses, { rid, language }, { address: to, mail })
}

function writeToManagers(
  uses: LetterUses,
  { managers }: Announcement,
  { rid, at }: { readonly rid: string; readonly at: Date },
): Promise<readonly NewTask[]> {
  const language = uses.site.defaultLanguage
  return Promise.all(
    managers.map(({ to, token }, index) => {
      const link = decisionLink(uses.site, rid, token)
      const dates = { createdAt: at, expiresAt: expiryOf(at) }
      const mail = { template: 'registration_new', link, ...dates } as const
      return letterTask(uses, { rid, slot: `manager-${index}`, to, language, mail })
    }),
  )
}
