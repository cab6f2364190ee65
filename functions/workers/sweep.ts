import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'
import { sweep } from '../../lib/queue/sweep.ts'

export const handler = worker({
  trigger: { kind: 'schedule', everyMinutes: 1 },
  summary: 'Rings again for work that nobody heard of',
  timeoutSeconds: 30,
  memoryMegabytes: 512,
  uses: { log: jsonLog, database: mongoDatabase, doorbell: sqsDoorbell },
  run: (_event, uses) => sweep(uses),
})
