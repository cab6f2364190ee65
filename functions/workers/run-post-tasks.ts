import { discordChat } from '../../lib/adapters/discord.ts'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { matrix } from '../../lib/adapters/matrix/matrix.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { paceSettings } from '../../lib/adapters/pace.ts'
import { sesMailer } from '../../lib/adapters/ses.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsWorkerDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom, unheardMilestones } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'
import { runPostTask } from '../../lib/queue/run-post-task.ts'
import { answerDoorbell } from '../../lib/queue/wake.ts'
import { postTasks } from '../../lib/tasks/index.ts'
import { laneStopped, taskParked, taskSlow } from '../../lib/tasks/tell-staff.ts'

export const handler = worker({
  trigger: { kind: 'queue', lane: 'post' },
  summary:
    'Sends mails and messages to staff, in order for each person, and makes accounts on Matrix',
  timeoutSeconds: 120,
  memoryMegabytes: 512,
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsWorkerDoorbell,
    sealer: ringSealer,
    registering: registeringSettings,
    site: siteSettings,
    pace: paceSettings,
    milestones: unheardMilestones,
    mailer: sesMailer,
    chat: discordChat,
    matrix,
  },
  run: (event, uses, context) =>
    answerDoorbell(
      uses,
      {
        lane: 'post',
        tasks: postTasks,
        runner: runPostTask,
        notices: { laneStopped, taskParked, taskSlow },
      },
      { event, context },
    ),
})
