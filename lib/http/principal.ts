import type { Role } from '../accounts/account.ts'

/** Whoever is signed in, as the stored session says, never as the token says. */
export interface Principal {
  readonly username: string
  readonly role: Role
  readonly sessionId: string
}

/** The principal of an endpoint whose `auth` names roles; throws where a declaration forgot to. */
export function signedIn(principal: Principal | undefined): Principal {
  if (principal === undefined) throw new Error('This endpoint must declare the roles it is for.')
  return principal
}
