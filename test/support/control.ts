import { ringSealer } from '../../lib/adapters/keys.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import type { ControlUses } from '../../lib/queue/control.ts'
import type { TestWorld } from './world.ts'

/** What an operator's commands use, in a test's world. */
export async function controlOf(world: TestWorld): Promise<ControlUses> {
  const table = {
    clock: systemClock,
    random: systemRandom,
    sealer: ringSealer,
    site: siteSettings,
    registering: registeringSettings,
  }
  const ports = await openPorts(table, world.world)
  return { ...ports, database: world.database, log: world.log }
}
