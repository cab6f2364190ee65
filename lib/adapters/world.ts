import { Failure } from '../failure.ts'
import type { Ports } from '../ports.ts'
import type { AnyAdapter, Opened, Opening, Renewed, Uses } from './adapter.ts'
import type { Environment } from './environment.ts'
import { readSettings, settingsError } from './environment.ts'
import { secretSettings } from './parameter-store.ts'
import type { Secrets } from './secrets.ts'
import { openSecrets, SecretUnreadable, sharedSecrets } from './secrets.ts'

/** One installation as one process sees it: its environment, and what was opened from it. */
export interface World {
  readonly environment: Environment
  /** Ports that are given instead of opened, by name. */
  readonly overrides: Partial<Ports>
  readonly opened: Map<unknown, unknown>
}

/** A world of its own; a Lambda has one made of its environment, each test makes its own. */
export function newWorld(environment: Environment, overrides: Partial<Ports> = {}): World {
  return { environment, overrides, opened: new Map() }
}

/** Opens each named port once per world; throws an error that names variables or secrets that are missing or wrong. */
export async function openPorts<Table extends Uses>(
  uses: Table,
  world: World,
): Promise<Opened<Table>> {
  const overrides: Readonly<Record<string, unknown>> = world.overrides
  const table: ReadonlyArray<[string, AnyAdapter]> = Object.entries(uses)
  const given = table.filter(([name]) => overrides[name] !== undefined)
  const toOpen = table.filter(([name]) => overrides[name] === undefined)
  const adapters = toOpen.map(([, adapter]) => adapter)
  await Promise.all(adapters.map((one) => dropOutdated(one, world)))
  const openings = prepare(adapters, world)
  const ports = await Promise.all(
    toOpen.map(async ([name, adapter]) => [name, await open(adapter, openings, world)]),
  )
  const overridden = given.map(([name]) => [name, overrides[name]])
  // The table's type says which port each adapter fills; entries of an object cannot say so.
  return Object.fromEntries([...ports, ...overridden]) as Opened<Table>
}

// What is under way keeps what it was given.
async function dropOutdated(adapter: AnyAdapter, { opened }: World): Promise<void> {
  const port = (await opened.get(adapter)) as Partial<Renewed> | undefined
  if (await port?.isOutdated?.()) opened.delete(adapter)
}

type Openings = ReadonlyMap<AnyAdapter, Opening<never>>

// All settings are checked before anything is opened, so that one error names every variable.
function prepare(adapters: readonly AnyAdapter[], world: World): Openings {
  const openings = new Map<AnyAdapter, Opening<never>>()
  const wrong: string[] = []
  for (const adapter of adapters.filter((one) => !world.opened.has(one))) {
    const read = readSettings(adapter.settings, world.environment)
    if (adapter.secrets.length > 0) wrong.push(...missingForSecrets(world))
    if ('wrong' in read) wrong.push(...read.wrong)
    else openings.set(adapter, newOpening(adapter, read.settings, world))
  }
  if (wrong.length > 0) throw settingsError(wrong)
  for (const adapter of openings.keys()) secretsOf(world).expect(adapter.secrets)
  return openings
}

function missingForSecrets(world: World): readonly string[] {
  const read = readSettings(secretSettings(), world.environment)
  return 'wrong' in read ? read.wrong : []
}

function open(adapter: AnyAdapter, openings: Openings, world: World): unknown {
  const opening = openings.get(adapter)
  if (!opening || world.opened.has(adapter)) return world.opened.get(adapter)
  // Kept as a promise, so that two requests at the same time open it once.
  const opened = Promise.resolve().then(() => adapter.open(opening))
  world.opened.set(adapter, opened)
  opened.catch(() => world.opened.delete(adapter))
  return opened
}

function newOpening(adapter: AnyAdapter, settings: unknown, world: World): Opening<never> {
  return {
    // Read by the adapter's own schema just now; a table of adapters cannot say so.
    settings: settings as never,
    secret: async (name) => {
      if (adapter.secrets.includes(name)) return readOrBeUnavailable(secretsOf(world), name)
      throw new Error(`The secret "${name}" is not declared by the adapter that asks for it`)
    },
    share: (key, make) => share(world, key, make),
  }
}

async function readOrBeUnavailable(secrets: Secrets, name: string): Promise<string> {
  try {
    return await secrets.read(name)
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error
    throw new Failure('unavailable', { cause: error })
  }
}

function secretsOf(world: World): Secrets {
  return share(world, sharedSecrets, () => openSecrets(world.environment))
}

function share<Shared>(world: World, key: string, make: () => Shared): Shared {
  const name = `shared ${key}`
  if (!world.opened.has(name)) world.opened.set(name, make())
  // A key has one kind of value: it is named in the one file that shares it.
  return world.opened.get(name) as Shared
}
