import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'
import { newTask } from '../queue/new-task.ts'
import { postTask } from '../queue/task.ts'
import { lives } from '../registrations/life.ts'
import { tellStaff } from './tell-staff.ts'

const input = () =>
  z.object({
    rid: z.string(),
    template: z.enum([
      'registration_received',
      'registration_already_open',
      'registration_address',
      'registration_asked',
      'registration_approved',
      'registration_rejected',
      'registration_ready',
      'registration_failed',
      'registration_given_up',
      'registration_new',
      'registration_decided',
      'registration_undone',
      'registration_account_failed',
      'registration_account_given_up',
      'registration_digest',
    ]),
    /** `asker`, or one of the managers by a number: each is a line of its own. */
    slot: z.string(),
  })
type Input = ReadBy<typeof input>

const letterSchema = once(() =>
  z.object({
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
  }),
)

// They lead to a page of the registration, and there is none any more.
const leadsNowhere: ReadonlySet<Input['template']> = new Set([
  'registration_received',
  'registration_already_open',
  'registration_address',
  'registration_asked',
  'registration_approved',
  'registration_new',
])

const over = { status: 'cancelled', reason: 'The registration is over.' } as const
const noManager = {
  status: 'cancelled',
  reason: 'Whoever it is for is no manager any more.',
} as const

/**
 * Mails somebody about a registration. The whole letter is sealed, recipient included: nothing personal may lie in a
 * task in the open, and the registration may be gone before the letter is.
 */
export const sendRegistrationMail = postTask<Input>({
  action: 'send_registration_mail',
  input,
  secrets: ['letter'],
  resource: ({ rid, slot }) => `mail:registration:${rid}:${slot}`,
  owner: () => null,
  ending: async ({ input: { rid, template }, ending: { status, reason }, uses }) => {
    if (status !== 'failed') return []
    const told = { event: 'registration_mail_failed', rid, template, reason } as const
    return [await newTask(uses, tellStaff, { input: told })]
  },
  deliver: async (input, { letter = '' }, { mailer, records, clock, registering }) => {
    const { rid, template, slot } = input
    if (leadsNowhere.has(template)) {
      const registration = await records.registrations.find(rid)
      if (registration === undefined || !lives(registration, clock.now())) return over
    }
    const written = letterSchema().parse(JSON.parse(letter))
    const isForManager = slot.startsWith('manager-')
    if (isForManager && !registering.managers.includes(written.to)) return noManager
    await mailer.send(written)
    return undefined
  },
})
