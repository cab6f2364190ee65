import { join } from 'node:path'
import { replaceFile } from '../../infra/local/host-keys.ts'
import { hostPython } from '../../infra/local/host-python.ts'
import { mailDomain } from '../../infra/local/installation.ts'
import type { Bench } from './benchmark.ts'
import { openAsking } from './create-user.ts'
import { untilFinished } from './ends.ts'
import type { BenchGatehouse } from './gatehouse.ts'
import { lacksOpenSsh, openBareSsh } from './host-line.ts'
import { measurePairs, timed } from './measure.ts'
import { plainRow, type Row, ratioRow } from './table.ts'

const commandSeconds = 5
const what = `task of ${commandSeconds} s / read, command, read in one bare ssh call`
const most = 1.05

/** From the accepted request to the stored end of a task, against the same three commands of `yunohost`. */
export async function hostTask({ quick, gatehouse }: Bench): Promise<readonly Row[]> {
  const running = await gatehouse()
  const { host, world } = running
  const lack = lacksOpenSsh(host)
  if (lack !== undefined) return [plainRow(what, `<= ${most}`, '', lack)]
  const slow = { fault: 'delay', command: 'user create', value: commandSeconds }
  await replaceFile(join(host.folder, 'host', 'faults.json'), JSON.stringify([slow]))
  const ssh = await openBareSsh(host)
  const ask = await openAsking(world)
  await running.startWorkers()
  const pairs = await measurePairs(quick ? 2 : 9, {
    measured: async (round) => runTask(running, await ask(`asked${round + 10}`)),
    bare: (round) => timed(() => ssh(script(running, `bare${round + 10}`))),
  })
  return [ratioRow(what, most, pairs)]
}

// Its ring was sent just before the request was answered.
function runTask(running: BenchGatehouse, taskId: string): Promise<number> {
  return timed(() => untilFinished(running, taskId, commandSeconds * 6))
}

function script({ host }: BenchGatehouse, username: string): string {
  const yunohost = `${hostPython()} -I '${join(host.folder, 'standin', 'bin', 'yunohost')}' --output-as json`
  const read = `${yunohost} user info ${username}`
  const fullName = username.replaceAll(/\d/g, 'x')
  const create = `${yunohost} user create ${username} --fullname='${fullName}' --domain=${mailDomain}`
  return `${read}\n${create} --password=Bare-Pass-7788 || exit 1\n${read}\n`
}
