import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { jsonLog } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'
import { noteMailFeedback } from '../../lib/mail/feedback.ts'

export const handler = worker({
  trigger: { kind: 'topic', topic: 'mail_events' },
  summary: 'Marks addresses whose mail came back or was complained about',
  timeoutSeconds: 30,
  memoryMegabytes: 512,
  uses: { log: jsonLog, database: mongoDatabase },
  run: (event, uses) => noteMailFeedback(uses, event),
})
