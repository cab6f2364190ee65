import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import ssh2 from 'ssh2'
import { onTestFinished } from 'vitest'
import { sendAtOnce } from '../../infra/local/host-in-process.ts'
import { fingerprint } from '../../infra/local/host-keys.ts'
import { hostPython } from '../../infra/local/host-python.ts'
import type { TestWorld } from '../support/world.ts'

/** How a server ends a command after it ran: it hands over what the gate printed, or not, and how it ended, or not. */
export type Ending = (channel: ssh2.ServerChannel, printed: string, code: number) => void

/** As every SSH server does. */
const properly: Ending = (channel, printed, code) => {
  channel.write(printed)
  channel.exit(code)
  channel.end()
}

/** An SSH server in front of the real gate whose way to end commands a test chooses. */
export interface CarelessSsh {
  /** Ends commands with this in their request in another way, so many times. */
  careless(ending: Ending, about: { readonly inRequest: string; readonly times: number }): void
  /** How many commands were ended in another way. */
  ended(): number
}

/** Puts such a server in the place of a world's own. */
export async function useCarelessSsh(world: TestWorld): Promise<CarelessSsh> {
  const { folder } = await world.host()
  const gate = join(folder, 'gate', 'gatehouse_gate.py')
  const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  let plan = { ending: properly, inRequest: '', times: 0 }
  let ended = 0

  function endingFor(request: string): Ending {
    if (plan.times === 0 || !request.includes(plan.inRequest)) return properly
    plan = { ...plan, times: plan.times - 1 }
    ended += 1
    return plan.ending
  }

  async function runGate(channel: ssh2.ServerChannel): Promise<void> {
    channel.on('error', () => undefined)
    const request = await text(channel)
    const child = spawn(hostPython(), ['-I', gate], { stdio: ['pipe', 'pipe', 'ignore'], env: {} })
    child.stdin.end(request)
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    endingFor(request)(channel, printed, Number(code))
  }

  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    sendAtOnce(client)
    client.on('error', () => undefined)
    client.on('authentication', (attempt) => attempt.accept())
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec) => void runGate(acceptExec()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  world.installation.environment['HOST_PORT'] = String(port)
  world.installation.setSecret('ssh-host-keys', JSON.stringify([fingerprint(key.public)]))
  return {
    careless: (ending, about) => {
      plan = { ending, ...about }
    },
    ended: () => ended,
  }
}
