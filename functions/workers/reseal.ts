import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { jsonLog } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'
import { resealRegistrations } from '../../lib/registrations/reseal.ts'

export const handler = worker({
  trigger: { kind: 'schedule', everyMinutes: 60 },
  summary: 'Seals with the current key what an older one has sealed',
  timeoutSeconds: 60,
  memoryMegabytes: 512,
  uses: { log: jsonLog, database: mongoDatabase, sealer: ringSealer, lookup: mongoLookup },
  run: (_event, uses) => resealRegistrations(uses),
})
