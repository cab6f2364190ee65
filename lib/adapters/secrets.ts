import type { Opening } from './adapter.ts'
import type { Environment } from './environment.ts'
import { fetchSecrets } from './parameter-store.ts'

/** Secrets by their names below SECRETS_PATH. Errors name the secret, never a value (T03). */
export interface Secrets {
  /** Names that will be asked for, so that the first read fetches all of them at once. */
  expect(names: readonly string[]): void
  /** The value of a secret, at most as old as asked for, by default 5 minutes. */
  read(name: string, maxAgeSeconds?: number): Promise<string>
}

/** The parameter store did not answer and there is no value young enough: try again later. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable'
}

interface Kept {
  readonly value: string
  readonly readAt: number
}

const maxAgeSecondsByDefault = 300
// An outage of the parameter store must not become one of Gatehouse, but a withdrawn key has to go.
const maxAgeSecondsInOutage = 3600
const pauseSecondsAfterFailure = 30

/** Secrets of the SSM parameter store, kept in memory; `elapsed` is monotonic, in seconds. */
export function openSecrets(
  environment: Environment,
  elapsed: () => number = () => performance.now() / 1000,
): Secrets {
  const kept = new Map<string, Kept>()
  const wanted = new Set<string>()
  let reading: { readonly names: readonly string[]; readonly done: Promise<void> } | undefined
  let failedAt = Number.NEGATIVE_INFINITY

  const value = (name: string, maxAgeSeconds: number) => {
    const found = kept.get(name)
    return found && elapsed() - found.readAt < maxAgeSeconds ? found.value : undefined
  }

  async function readAll(names: readonly string[]): Promise<void> {
    const readAt = elapsed()
    try {
      const values = await fetchSecrets(names, environment)
      kept.clear()
      for (const [name, read] of values) kept.set(name, { value: read, readAt })
    } catch (cause) {
      failedAt = elapsed()
      throw cause
    } finally {
      reading = undefined
    }
  }

  async function refresh(name: string): Promise<void> {
    wanted.add(name)
    // A read that is under way without this name does not bring it.
    if (reading && !reading.names.includes(name)) await reading.done.catch(() => undefined)
    if (!reading) {
      const names = [...wanted]
      reading = { names, done: readAll(names) }
    }
    await reading.done
  }

  async function read(name: string, maxAgeSeconds: number): Promise<string> {
    const isPaused = elapsed() - failedAt < pauseSecondsAfterFailure
    const found = value(name, isPaused ? maxAgeSecondsInOutage : maxAgeSeconds)
    if (found !== undefined) return found
    try {
      await refresh(name)
    } catch (cause) {
      const old = value(name, maxAgeSecondsInOutage)
      if (old !== undefined) return old
      throw new SecretUnreadable(`The secret "${name}" cannot be read`, { cause })
    }
    const fetched = kept.get(name)
    if (!fetched) throw new Error(`The secret "${name}" is not in the parameter store`)
    return fetched.value
  }

  const expect = (names: readonly string[]) => {
    for (const name of names) wanted.add(name)
  }
  return { expect, read: (name, maxAge = maxAgeSecondsByDefault) => read(name, maxAge) }
}

/** Key under which a world shares its secrets with its adapters. */
export const sharedSecrets = 'secrets'

/** Reads a secret of an adapter again unless it was read within so many seconds; for keys that were just rotated. */
export function readAgain(
  opening: Pick<Opening<unknown>, 'share'>,
  name: string,
  maxAgeSeconds: number,
): Promise<string> {
  const secrets = opening.share<Secrets>(sharedSecrets, () => {
    throw new Error('This world has no secrets')
  })
  return secrets.read(name, maxAgeSeconds)
}
