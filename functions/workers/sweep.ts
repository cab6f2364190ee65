import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'
import { doEach, sweep } from '../../lib/queue/sweep.ts'
import { sweepRegistrations } from '../../lib/registrations/sweep.ts'

export const handler = worker({
  trigger: { kind: 'schedule', everyMinutes: 1 },
  summary: 'Rings again for work that nobody heard of, and removes registrations that are over',
  timeoutSeconds: 30,
  memoryMegabytes: 512,
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsDoorbell,
    sealer: ringSealer,
    registering: registeringSettings,
    site: siteSettings,
  },
  run: async (_event, uses) => {
    // The queue first: whatever keeps the rest from being done must not hold it up.
    await doEach([() => sweep(uses), () => sweepRegistrations(uses)])
  },
})
