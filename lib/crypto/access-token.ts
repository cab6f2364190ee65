import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import * as z from 'zod'
import { once } from '../late.ts'
import type { TokenClaims } from '../ports.ts'
import type { KeyRing } from './key-ring.ts'

const algorithm = 'HS256'
const type = 'at+jwt'
const audience = 'gatehouse'
const leewaySeconds = 30
const mostBytes = 4096

// Strict: a header with `jku`, `x5u`, `jwk`, `x5c`, `crit` or anything else that we never write is refused (RFC 8725, 3.10).
const headerSchema = once(() =>
  z.strictObject({
    alg: z.literal(algorithm),
    typ: z.literal(type),
    kid: z.string().max(32),
  }),
)

const claimsSchema = once(() =>
  z.strictObject({
    iss: z.string(),
    aud: z.literal(audience),
    sub: z.string().min(1).max(64),
    sid: z.string().min(1).max(64),
    iat: z.int().nonnegative(),
    exp: z.int().nonnegative(),
  }),
)

/** What a token says at a time of the issuer's. */
export interface TokenReading {
  readonly issuer: string
  readonly now: Date
}

/** A signed access token (RFC 9068 `typ`, HS256) that is good from now for so many seconds. */
export function signAccessToken(
  claims: TokenClaims,
  ring: KeyRing,
  { issuer, now, lifeSeconds }: TokenReading & { readonly lifeSeconds: number },
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT({ sid: claims.sessionId })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: ring.current.id })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(claims.username)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifeSeconds)
    .sign(ring.current.bytes)
}

/** The id of the key that a token says it was signed with, or undefined when its form is not that of our tokens. */
export function keyIdOf(token: string): string | undefined {
  if (Buffer.byteLength(token, 'utf8') > mostBytes) return undefined
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
  try {
    const header = headerSchema().safeParse(decodeProtectedHeader(token))
    return header.data?.kid
  } catch {
    return undefined
  }
}

/** The claims of a token, or undefined for anything that is not a good one of ours at that time (RFC 8725, T12). */
export async function readAccessToken(
  token: string,
  ring: KeyRing,
  { issuer, now }: TokenReading,
): Promise<TokenClaims | undefined> {
  const key = ring.keys.get(keyIdOf(token) ?? '')
  if (!key) return undefined
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      typ: type,
      issuer,
      audience,
      clockTolerance: leewaySeconds,
      currentDate: now,
    })
    const claims = claimsSchema().parse(payload)
    const isFromTheFuture = claims.iat > now.getTime() / 1000 + leewaySeconds
    return isFromTheFuture ? undefined : { username: claims.sub, sessionId: claims.sid }
  } catch {
    return undefined
  }
}
