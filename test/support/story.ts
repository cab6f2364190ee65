import type { StoredMail } from '../../infra/local/mailbox.ts'
import type { CallAnswer } from './call.ts'
import type { TestWorld } from './world.ts'

/** Asks for an account as a sign-up site does. */
export async function askForAccount(
  world: TestWorld,
  wish: Readonly<Record<string, unknown>> & { readonly username: string },
): Promise<CallAnswer> {
  const body = {
    display_name: 'Robin Ash',
    recovery_email: `${wish.username}@mail.example`,
    ...wish,
  }
  return world.call('POST', '/create_user', { body, token: await world.as('service') })
}

/** The link of a mail, as a person would click it. */
export function linkIn(mail: StoredMail | undefined): string {
  const [link = ''] = /https:\/\/\S+token=[\w-]+/.exec(mail?.text ?? '') ?? []
  return link
}

/** The token of the link of a mail. */
export function tokenIn(mail: StoredMail | undefined): string {
  return linkIn(mail).split('token=')[1] ?? ''
}
