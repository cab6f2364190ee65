import { join } from 'node:path'
import { inject } from 'vitest'
import { findSynapse, type LocalSynapse, startSynapse } from '../../infra/local/synapse.ts'

// As with the stand-ins: one for all files of a process, and it ends with the process.
const key = Symbol.for('gatehouse test synapse')

/** The real Synapse of this process, started when it is first asked for; undefined where none is installed. */
export async function sharedSynapse(): Promise<LocalSynapse | undefined> {
  const path = findSynapse()
  if (path === undefined) return undefined
  const folder = join(inject('ground').folder, `synapse-${process.pid}`)
  const started: Promise<LocalSynapse> | undefined = Reflect.get(globalThis, key)
  const synapse = started ?? startSynapse({ path, folder })
  Reflect.set(globalThis, key, synapse)
  return synapse
}
