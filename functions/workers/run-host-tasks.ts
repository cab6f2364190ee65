import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { paceSettings } from '../../lib/adapters/pace.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsWorkerDoorbell } from '../../lib/adapters/sqs.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { jsonLog, systemClock, systemRandom, unheardMilestones } from '../../lib/adapters/system.ts'
import { worker } from '../../lib/http/worker.ts'
import { forgetOnHost, runHostTask } from '../../lib/queue/run-host-task.ts'
import { answerDoorbell } from '../../lib/queue/wake.ts'
import { hostTasks } from '../../lib/tasks/index.ts'
import { laneStopped, taskParked, taskSlow } from '../../lib/tasks/tell-staff.ts'

export const handler = worker({
  trigger: { kind: 'queue', lane: 'host' },
  summary: 'Runs the commands on the host, one at a time',
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
    host: sshHost,
  },
  run: (event, uses, context) =>
    answerDoorbell(
      uses,
      {
        lane: 'host',
        tasks: hostTasks,
        runner: runHostTask,
        tidy: forgetOnHost,
        notices: { laneStopped, taskParked, taskSlow },
      },
      { event, context },
    ),
})
