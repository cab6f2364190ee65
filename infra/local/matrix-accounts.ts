import { randomBytes } from 'node:crypto'

/** An account of a stub, as its records would have it. */
export interface StubAccount {
  readonly localpart: string
  readonly password: string
  readonly displayName: string
  readonly isAdmin: boolean
}

/** The accounts of one Matrix server that is none, and who is signed in. */
export interface MatrixAccounts {
  /** False where the name is taken. */
  add(account: StubAccount): boolean
  /** Replaces one of the same name. */
  put(account: StubAccount): void
  find(localpart: string): StubAccount | undefined
  all(): readonly StubAccount[]
  /** Counts a wrong one. */
  isPassword(localpart: string, password: string): boolean
  /** How long nobody may try to sign in to this account, in milliseconds. */
  waitBeforeSignIn(localpart: string): number
  /** A session of a device, beside those that the device has. */
  signIn(localpart: string, device: string | undefined): { token: string; device: string }
  /** Ends every session of the device that has this token; false where none has it. */
  signOut(token: string): boolean
  /** How many devices of an account are signed in. */
  sessions(localpart: string): number
}

// As Synapse does unless it is told otherwise: three wrong tries, then one every six seconds (rc_login.failed_attempts).
const wrongTries = 3
const pauseMilliseconds = 6_000

/** No accounts yet. */
export function newAccounts(): MatrixAccounts {
  const accounts = new Map<string, StubAccount>()
  const sessions = new Map<string, { localpart: string; device: string }>()
  const failures = new Map<string, number[]>()
  const recent = (localpart: string) => {
    const since = Date.now() - wrongTries * pauseMilliseconds
    return (failures.get(localpart) ?? []).filter((at) => at > since)
  }
  return {
    add: (account) => {
      if (accounts.has(account.localpart)) return false
      accounts.set(account.localpart, account)
      return true
    },
    put: (account) => {
      accounts.set(account.localpart, account)
    },
    find: (localpart) => accounts.get(localpart),
    all: () => [...accounts.values()],
    isPassword: (localpart, password) => {
      const isRight = accounts.get(localpart)?.password === password
      if (!isRight) failures.set(localpart, [...recent(localpart), Date.now()])
      return isRight
    },
    waitBeforeSignIn: (localpart) => {
      const [first = 0, ...others] = recent(localpart)
      return others.length + 1 < wrongTries
        ? 0
        : first + wrongTries * pauseMilliseconds - Date.now()
    },
    signIn: (localpart, wanted) => {
      const device = wanted ?? randomBytes(5).toString('hex').toUpperCase()
      const token = `syt_${randomBytes(24).toString('base64url')}`
      sessions.set(token, { localpart, device })
      return { token, device }
    },
    signOut: (token) => {
      const ended = sessions.get(token)
      for (const [other, { localpart, device }] of sessions) {
        if (localpart === ended?.localpart && device === ended.device) sessions.delete(other)
      }
      return ended !== undefined
    },
    sessions: (localpart) => {
      const own = [...sessions.values()].filter((one) => one.localpart === localpart)
      return new Set(own.map(({ device }) => device)).size
    },
  }
}
