import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../../infra/local/child.ts'
import { findFreePort } from '../../infra/local/free-port.ts'
import { findOrInstall } from '../../infra/local/python-program.ts'

/** A stand-in for AWS, written by others, that keeps what it is told. */
export interface Moto {
  readonly origin: string
  /** Forgets everything. */
  reset(): Promise<void>
  stop(): Promise<void>
}

const moto = { name: 'moto', requirement: 'moto[server]==5.2.5', program: 'moto_server' }

/** Starts moto's server on 127.0.0.1; undefined where it can't be had from PyPI. */
export async function startMoto(): Promise<Moto | undefined> {
  const program = await findOrInstall(moto, (text) => console.log(text))
  if (program === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-moto-'))
  const port = await findFreePort()
  const log = join(folder, 'log')
  const child = await startChild([program, '-H', '127.0.0.1', '-p', String(port)], log)
  const origin = `http://127.0.0.1:${port}`
  await untilAnswers(`${origin}/moto-api/data.json`)
  return {
    origin,
    reset: async () => {
      await fetch(`${origin}/moto-api/reset`, { method: 'POST' })
    },
    stop: async () => {
      await child.stop()
      await rm(folder, { recursive: true })
    },
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (let round = 0; round < 600; round += 1) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await sleep(100)
  }
  throw new Error('moto does not answer')
}
