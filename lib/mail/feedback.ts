import * as z from 'zod'
import { toAddressKey } from '../accounts/name-keys.ts'
import { once, type ReadBy } from '../late.ts'
import type { Database, Log } from '../ports.ts'

const recipients = () => z.array(z.object({ emailAddress: z.string().max(320) })).max(100)
const notification = once(() =>
  z.discriminatedUnion('eventType', [
    z.object({
      eventType: z.literal('Bounce'),
      bounce: z.object({ bounceType: z.string(), bouncedRecipients: recipients() }),
    }),
    z.object({
      eventType: z.literal('Complaint'),
      complaint: z.object({ complainedRecipients: recipients() }),
    }),
  ]),
)
const delivery = once(() =>
  z.object({
    Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })),
  }),
)

/**
 * Marks the account of each address that SES reports in an SNS event (aws.md 5). A passing bounce,
 * such as a full mailbox, marks nothing; an event of another kind is noted and left alone.
 */
export async function noteMailFeedback(
  uses: { readonly database: Database; readonly log: Log },
  event: unknown,
): Promise<void> {
  for (const { Sns } of delivery().parse(event).Records) {
    const read = notification().safeParse(parse(Sns.Message))
    if (!read.success) {
      uses.log.info('mail_event_ignored')
      continue
    }
    for (const mark of marksOf(read.data)) await markAddress(uses, mark)
  }
}

interface Mark {
  readonly address: string
  readonly state: 'bounced' | 'complained'
}

function marksOf(event: ReadBy<typeof notification>): readonly Mark[] {
  if (event.eventType === 'Complaint') {
    return event.complaint.complainedRecipients.map(toMark('complained'))
  }
  const isForGood = event.bounce.bounceType === 'Permanent'
  return isForGood ? event.bounce.bouncedRecipients.map(toMark('bounced')) : []
}

function toMark(state: Mark['state']) {
  return ({ emailAddress }: { emailAddress: string }): Mark => ({ address: emailAddress, state })
}

async function markAddress(
  { database, log }: { readonly database: Database; readonly log: Log },
  { address, state }: Mark,
): Promise<void> {
  const account = await database.accounts.findByAddress(toAddressKey(address))
  if (account === undefined) return
  await database.accounts.update(account.username, { addressState: state })
  log.info('address_marked', { account: account.username, reason: state })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
