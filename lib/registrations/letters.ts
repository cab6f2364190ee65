import type { Language } from '../accounts/account.ts'
import type { RegistrationMail } from '../mail/registration-mail.ts'
import { renderMail } from '../mail/templates.ts'
import type { Registering, Site } from '../ports.ts'
import { type NewTaskUses, newTask } from '../queue/new-task.ts'
import type { NewTask } from '../queue/queue.ts'
import { sendRegistrationMail } from '../tasks/send-registration-mail.ts'
import type { Personal, Registration } from './registration.ts'

/** What writing a letter needs. */
export interface LetterUses extends NewTaskUses {
  readonly site: Site
}

/** A letter about a registration, and whom it goes to. */
export interface Letter {
  readonly rid: string
  readonly slot: string
  readonly to: string
  readonly language: Language
  readonly mail: RegistrationMail
}

/** The task that sends a letter. */
export function letterTask(uses: LetterUses, letter: Letter): Promise<NewTask> {
  const { rid, slot, to, language, mail } = letter
  const written = renderMail(mail, { language, site: uses.site })
  return newTask(uses, sendRegistrationMail, {
    input: { rid, slot, template: mail.template },
    secrets: { letter: JSON.stringify({ to, ...written }) },
  })
}

/** The letter to whoever asked; none where no address is known. */
export async function askerLetter(
  uses: LetterUses,
  { rid, language }: Pick<Registration, 'rid' | 'language'>,
  { address, mail }: { readonly address: string | null; readonly mail: RegistrationMail },
): Promise<readonly NewTask[]> {
  if (address === null) return []
  return [await letterTask(uses, { rid, language, slot: 'asker', to: address, mail })]
}

/** The same letter to every manager of a registration who still is one (T19), but for the one whose deed it tells. */
export function managerLetters(
  uses: LetterUses & { readonly registering: Pick<Registering, 'managers'> },
  rid: string,
  {
    managers,
    mail,
    except,
  }: Pick<Personal, 'managers'> & { readonly mail: RegistrationMail; readonly except?: string },
): Promise<readonly NewTask[]> {
  const language = uses.site.defaultLanguage
  // Numbered with those who are gone, so that everybody's letters stay in a line of their own.
  const slots = Object.values(managers).map((to, index) => ({ to, slot: `manager-${index}` }))
  return Promise.all(
    slots
      .filter(({ to }) => to !== except && uses.registering.managers.includes(to))
      .map(({ to, slot }) => letterTask(uses, { rid, language, slot, to, mail })),
  )
}

/** Where an asker sees how far a registration is. The token is behind the #, which no browser sends (contract). */
export function statusLink({ publicUrl }: Site, rid: string, token: string): string {
  return `${publicUrl}/registrations/status#${rid}.${token}`
}

/** Where a manager decides, with a token of that manager's own. */
export function decisionLink({ publicUrl }: Site, rid: string, token: string): string {
  return `${publicUrl}/registrations/decide#${rid}.${token}`
}
