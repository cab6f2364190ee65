import { rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const prefix = 'gatehouse-test-'
const named = /^gatehouse-test-(\d+)-\w{6}$/
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/**
 * A folder for one run of the tests, gone when this process ends in whatever way it hears of; what runs that were
 * killed have left in the same place goes first.
 */
export async function newRunFolder(place: string): Promise<string> {
  await sweepRunFolders(place)
  const folder = await mkdtemp(join(place, `${prefix}${process.pid}-`))
  process.once('exit', () => {
    // What is still written to is left to the next run.
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    } catch {}
  })
  // Without a listener a signal ends a process before it hears that it ends.
  for (const [name, status] of Object.entries(signals))
    process.once(name, () => process.exit(status))
  return folder
}

/** Removes the folders of runs whose process is gone; a number that somebody else has by now keeps its folder. */
export async function sweepRunFolders(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = named.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    // It may be another user's.
    await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

// Signal 0 ends nothing: it only asks whether there is somebody to get it.
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
