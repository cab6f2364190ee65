import {
  accept,
  type HostWish,
  isAgreed,
  newRequest,
  runHostCommand,
  targetUsage,
} from './host/host-command.ts'
import type { OperatorLine } from './host/operator-line.ts'

const usage = `Takes everything of Gatehouse away from a host; accounts of members stay. Shows it and asks first.

  npm run host:remove -- ${targetUsage}

  --dry-run   shows the plan and ends
  --yes       does not ask`

async function remove(line: OperatorLine, wish: HostWish): Promise<void> {
  const request = await newRequest({})
  const plan = accept(await line.ask({ ...request, op: 'plan_remove' }))
  if (plan === undefined) return
  if (plan.steps.length === 0) return console.log('Nothing of Gatehouse is on this host.')
  if (!(await isAgreed(plan.steps, wish))) return
  const done = accept(await line.ask({ ...request, op: 'remove', steps: plan.steps }))
  if (done !== undefined) console.log('Nothing of Gatehouse is on this host any more.')
}

await runHostCommand(usage, remove)
