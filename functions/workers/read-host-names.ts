import { readHostNames } from '../../lib/accounts/read-host-names.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { jsonLog, systemClock } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'

export const handler = worker({
  trigger: { kind: 'schedule', everyMinutes: 24 * 60 },
  summary: 'Copies the names in use on the host, so that nobody asks for one of them',
  timeoutSeconds: 120,
  memoryMegabytes: 512,
  uses: { clock: systemClock, log: jsonLog, database: mongoDatabase, host: sshHost },
  run: (_event, uses) => readHostNames(uses),
})
