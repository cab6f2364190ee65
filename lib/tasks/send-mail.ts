import * as z from 'zod'
import type { Account } from '../accounts/account.ts'
import type { ReadBy } from '../late.ts'
import { type MailTemplate, renderMail } from '../mail/templates.ts'
import { DeliveryError } from '../queue/delivery.ts'
import { newTask } from '../queue/new-task.ts'
import { type PostUses, postTask } from '../queue/task.ts'
import { tellStaff } from './tell-staff.ts'

const input = () =>
  z.object({
    template: z.enum(['set_password', 'reset_password', 'password_changed', 'password_refused']),
    username: z.string(),
  })
type Input = ReadBy<typeof input>

const noAddress = 'The account has no mail address.'
const badAddress = 'Mail to this address came back before.'

/**
 * Mails one person. The link's token is sealed in the task, so that a repeated mail has the same link
 * and nothing but the mail ever shows it.
 */
export const sendMail = postTask<Input>({
  action: 'send_mail',
  input,
  secrets: ['token'],
  resource: ({ username }) => `mail:${username}`,
  owner: ({ username }) => username,
  ending: async ({ input: { username }, ending, uses }) => {
    if (ending.status === 'finished') return []
    const { reason } = ending
    return [await newTask(uses, tellStaff, { input: { event: 'mail_failed', username, reason } })]
  },
  deliver: async (wish, secrets, uses) => {
    const account = await uses.records.accounts.find(wish.username)
    const to = account?.address
    if (!account || !to) return { status: 'failed', reason: noAddress }
    if (account.addressState !== 'good') return { status: 'failed', reason: badAddress }
    const mail = toTemplate(wish, account, { token: secrets['token'], uses })
    const style = { language: account.language, site: uses.site }
    try {
      await uses.mailer.send({ to, ...renderMail(mail, style) })
    } catch (error) {
      if (error instanceof DeliveryError && error.kind === 'permanent') {
        await uses.records.accounts.update(wish.username, { addressState: 'bounced' })
      }
      throw error
    }
    return undefined
  },
})

function toTemplate(
  { template, username }: Input,
  { displayName }: Account,
  { token, uses }: { token: string | undefined; uses: PostUses },
): MailTemplate {
  if (template === 'password_changed') {
    return { template, username, displayName, changedAt: uses.askedAt }
  }
  if (token === undefined) throw new Error(`The mail ${template} needs the token of its link.`)
  const link = `${uses.site.publicUrl}/password_reset?token=${token}`
  return { template, username, displayName, link }
}
