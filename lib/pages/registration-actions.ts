import type { AskerView, ManagerView, Typed } from './registration-view.ts'

// Shared by the server, which answers forms of browsers without script, and by the scripts of the pages:
// what a form means is said once.

/** What an asker can do. */
export interface AskerActions {
  read(): Promise<AskerView>
  answer(text: string): Promise<unknown>
  complete(wish: { readonly username: string; readonly email?: string }): Promise<NewPassword>
  renewPassword(): Promise<NewPassword>
  withdraw(): Promise<unknown>
}

interface NewPassword {
  readonly password: string
}

/** What a manager can do. */
export interface ManagerActions {
  read(): Promise<ManagerView>
  decide(decision: Decision): Promise<unknown>
  atDesk(action: DeskAction, text?: string): Promise<unknown>
}

/** A decision as PUT takes it. */
export interface Decision {
  readonly status: 'approved' | 'rejected'
  readonly note?: string
  readonly silent?: true
}

/** What managers do besides deciding. */
export type DeskAction = 'claim' | 'release' | 'note' | 'ask' | 'undo'

/** What a form of the status page led to. */
export interface AskerOutcome {
  readonly password?: string
  readonly isWithdrawn?: true
  readonly isAnswered?: true
}

/** Does what a form of the status page asks for; a form that asks for nothing just shows the registration again. */
export async function runAskerForm(actions: AskerActions, fields: Typed): Promise<AskerOutcome> {
  switch (fields.action) {
    case 'answer':
      await actions.answer(fields.text ?? '')
      return { isAnswered: true }
    case 'complete':
      return toOutcome(await actions.complete(toWish(fields)))
    case 'new_password':
      return toOutcome(await actions.renewPassword())
    case 'withdraw':
      return fields.confirm === 'yes' ? withdraw(actions) : {}
    default:
      return {}
  }
}

function toOutcome({ password }: NewPassword): AskerOutcome {
  return { password }
}

async function withdraw(actions: AskerActions): Promise<AskerOutcome> {
  await actions.withdraw()
  return { isWithdrawn: true }
}

function toWish({ username = '', email = '' }: Typed) {
  const address = email.trim()
  return { username: username.trim(), ...(address === '' ? {} : { email: address }) }
}

/** What a form of the decision page did; its sentence is in the catalogue. */
export type ManagerOutcome = DeskAction | 'approve' | 'reject' | undefined

/** Does what a form of the decision page asks for. */
export async function runManagerForm(
  actions: ManagerActions,
  { action, text = '', tell }: Typed,
): Promise<ManagerOutcome> {
  const note = text.trim()
  switch (action) {
    case 'approve':
      await actions.decide({ status: 'approved', ...(note === '' ? {} : { note }) })
      return action
    case 'reject':
      await reject(actions, note, tell)
      return action
    case 'note':
    case 'ask':
      await actions.atDesk(action, note)
      return action
    case 'claim':
    case 'release':
    case 'undo':
      await actions.atDesk(action)
      return action
    default:
      return undefined
  }
}

// The note of a silent decision is for staff alone; that of a decision which is mailed without its reason is written
// at the desk, and first: a decision whose reason got lost helps nobody.
async function reject(actions: ManagerActions, note: string, tell = 'reason'): Promise<void> {
  if (tell === 'decision' && note !== '') await actions.atDesk('note', note)
  await actions.decide({
    status: 'rejected',
    ...(tell === 'decision' || note === '' ? {} : { note }),
    ...(tell === 'nothing' ? { silent: true } : {}),
  })
}
