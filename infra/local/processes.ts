import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A process of this machine. */
export interface Process {
  readonly pid: number
  readonly parent: number
  /** Program and arguments, joined with spaces. */
  readonly command: string
}

const run = promisify(execFile)

/** Every process that is alive. */
export async function listProcesses(): Promise<readonly Process[]> {
  return existsSync('/proc/self/stat') ? listByFiles() : listByProgram()
}

/** Processes that one process started, and those that they started. */
export function descendantsOf(all: readonly Process[], root: number): readonly Process[] {
  const children = all.filter(({ parent, pid }) => parent === root && pid !== root)
  return children.flatMap((child) => [child, ...descendantsOf(all, child.pid)])
}

/**
 * Ends processes that an earlier run left behind. Numbers are given out again, so only a process that
 * still has the same number and the same command is ended.
 */
export async function endLeftovers(left: readonly Process[]): Promise<readonly Process[]> {
  const found = await stillThere(left)
  for (const { pid } of found) signal(pid, 'SIGTERM')
  for (let tries = 30; tries > 0 && (await stillThere(found)).length > 0; tries -= 1)
    await sleep(100)
  for (const { pid } of await stillThere(found)) signal(pid, 'SIGKILL')
  return found
}

async function stillThere(left: readonly Process[]): Promise<readonly Process[]> {
  const all = await listProcesses()
  return left.filter(({ pid, command }) =>
    all.some((one) => one.pid === pid && one.command === command),
  )
}

/** Sends a signal; nothing happens where the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in between.
  }
}

async function listByFiles(): Promise<readonly Process[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = await Promise.all(names.map((name) => readProcess(name).catch(() => undefined)))
  return all.filter((one) => one !== undefined)
}

async function readProcess(name: string): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${name}/stat`, 'utf8')
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
  // Nobody may be there to reap what was detached, and the dead need no end.
  return state === 'Z' ? undefined : { pid: Number(name), parent: Number(parent), command }
}

async function listByProgram(): Promise<readonly Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,command='])
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), command: command.trim() }]
  })
}
