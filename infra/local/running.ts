import { join } from 'node:path'
import * as z from 'zod'
import { readPrivate } from './private-file.ts'
import { listProcesses } from './processes.ts'

/** Where a run writes down for others what it is. */
export function runFiles(folder: string) {
  return {
    running: join(folder, 'running.json'),
    children: join(folder, 'children.json'),
    environment: join(folder, 'environment.json'),
  }
}

const running = z.object({ pid: z.int(), api: z.string(), mailbox: z.string() })

/** The run that serves from a folder, if there is one: one that was killed has left its files behind. */
export async function findRun(folder: string): Promise<z.infer<typeof running> | undefined> {
  const read = running.safeParse(await readPrivate(runFiles(folder).running))
  if (!read.success) return undefined
  const all = await listProcesses()
  const isThere = all.some(
    ({ pid, command }) => pid === read.data.pid && command.includes('start.ts'),
  )
  return isThere ? read.data : undefined
}
