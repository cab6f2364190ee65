/** How much of this machine the stand-in host may take. */
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { listProcesses } from '../../infra/local/processes.ts'
import type { BenchGatehouse } from './gatehouse.ts'

const lowest = 19

/**
 * Lets the stand-in host have what the others leave: in production it is another machine, and its Python takes
 * nothing from the API. Tells what became of it.
 */
export async function yieldToOthers({ host }: BenchGatehouse): Promise<string> {
  if (host.kind !== 'openssh') return 'the stand-in host shares the process of the others'
  const config = join(host.folder, 'ssh', 'sshd_config')
  const servers = (await listProcesses()).filter(({ command }) => command.includes(config))
  // Whatever they start inherits it.
  for (const { pid } of servers) setPriority(pid, lowest)
  return servers.length > 0
    ? `the stand-in host at nice ${lowest}`
    : 'the stand-in host as any other'
}
