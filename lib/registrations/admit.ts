import { hashToken } from '../crypto/token.ts'
import { Failure, tooManyRequests } from '../failure.ts'
import type { BasicCredential } from '../http/credentials.ts'
import type { Clock, Database, Registering, Sealer, Signer } from '../ports.ts'
import { findPrincipal } from '../sessions/require-role.ts'
import { lives } from './life.ts'
import { openPersonal } from './personal.ts'
import { wrongTokens } from './policy.ts'
import type { Registrant } from './registrant.ts'
import type { Personal, Registration } from './registration.ts'

/** What checking a credential needs. */
export interface AdmitUses {
  readonly clock: Clock
  readonly database: Database
  readonly signer: Signer
  readonly sealer: Sealer
  readonly registering: Pick<Registering, 'managers'>
}

/** A credential as it came with a request. */
export interface Credential {
  readonly basic: BasicCredential | undefined
  readonly bearer: string | undefined
}

/** A registration that somebody may see, with what is personal about it. */
export interface Admitted {
  readonly registrant: Registrant
  readonly registration: Registration
  readonly personal: Personal
}

/**
 * Who brings this credential to this registration. Throws `unauthenticated`, the same for an unknown rid, one that is
 * over, a wrong token (T08) and that of somebody who is no manager any more; `forbidden` for a token of another
 * registration or a role that is not staff's; `unknown_registration` for staff only; `too_many_requests` past the wrong
 * tokens of one rid (T09).
 */
export async function admit(
  uses: AdmitUses,
  rid: string,
  { basic, bearer }: Credential,
): Promise<Admitted> {
  if (basic !== undefined) return admitHolder(uses, rid, basic)
  return admitStaff(uses, rid, bearer)
}

async function admitHolder(
  uses: AdmitUses,
  rid: string,
  { user, password }: BasicCredential,
): Promise<Admitted> {
  const hash = hashToken(password)
  const registration = await uses.database.registrations.findByToken(user, hash)
  const token = registration?.tokens.find((one) => one.hash === hash)
  if (!registration || !token || !lives(registration, uses.clock.now())) {
    return refuseToken(uses, user)
  }
  if (user !== rid) throw new Failure('forbidden')
  const personal = await openPersonal(uses.sealer, registration)
  if (token.role === 'asker') {
    return { registrant: { role: 'asker', via: token.via }, registration, personal }
  }
  const { [hash]: name = '' } = personal.managers
  // Who is no manager any more decides nothing any more (T19).
  if (!uses.registering.managers.includes(name)) return refuseToken(uses, user)
  return { registrant: { role: 'manager', name }, registration, personal }
}

// Counted for every rid, there or not. A right token is never refused for the wrong ones of others.
async function refuseToken({ database, clock }: AdmitUses, rid: string): Promise<never> {
  const now = clock.now()
  const { limit, windowSeconds } = wrongTokens
  const key = `registration_token:${hashToken(rid)}`
  const { value, endsAt } = await database.counters.count(key, windowSeconds, now)
  throw value > limit ? tooManyRequests(now, endsAt) : new Failure('unauthenticated')
}

async function admitStaff(
  uses: AdmitUses,
  rid: string,
  bearer: string | undefined,
): Promise<Admitted> {
  const principal = await findPrincipal(uses, bearer)
  if (principal === undefined) throw new Failure('unauthenticated')
  if (principal.role !== 'staff' && principal.role !== 'admin') throw new Failure('forbidden')
  const registration = await uses.database.registrations.find(rid)
  if (!registration || registration.isShadow || !lives(registration, uses.clock.now())) {
    throw new Failure('unknown_registration')
  }
  const personal = await openPersonal(uses.sealer, registration)
  return { registrant: { role: 'staff', name: principal.username }, registration, personal }
}

/** The name of whoever decides. Throws `forbidden` for an asker. */
export function nameOfStaff(registrant: Registrant): string {
  if (registrant.role === 'asker') throw new Failure('forbidden')
  return registrant.name
}
