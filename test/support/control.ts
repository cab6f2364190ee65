import { ringSealer } from '../../lib/adapters/keys.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts, type World } from '../../lib/adapters/world.ts'
import type { ControlUses } from '../../lib/queue/control.ts'
import type { TestWorld } from './world.ts'

/** What an operator's commands use, in a test's world. */
export function controlOf({ world, database, log }: TestWorld): Promise<ControlUses> {
  return openControl(world, { database, log })
}

/** The same with a database and a log of the caller's. */
export async function openControl(
  world: World,
  own: Pick<ControlUses, 'database' | 'log'>,
): Promise<ControlUses> {
  const table = {
    clock: systemClock,
    random: systemRandom,
    sealer: ringSealer,
    site: siteSettings,
    registering: registeringSettings,
  }
  return { ...(await openPorts(table, world)), ...own }
}
