import { inject } from 'vitest'
import { type Servers, startServers } from '../../infra/local/servers.ts'
import { startMotoParameters } from './moto-parameters.ts'

// The files of one process share the stand-ins: each world has queues, a sender and a webhook of its own in them.
// They end with the process.
const key = Symbol.for('gatehouse test servers')

/** The stand-ins of AWS and Discord of this process. */
export function sharedServers(): Promise<Servers> {
  const started: Promise<Servers> | undefined = Reflect.get(globalThis, key)
  const servers = started ?? startOwn()
  Reflect.set(globalThis, key, servers)
  return servers
}

async function startOwn(): Promise<Servers> {
  const servers = await startServers()
  const { moto } = inject('ground')
  if (moto === undefined) return servers
  await servers.parameters.stop()
  return { ...servers, parameters: await startMotoParameters(moto) }
}
