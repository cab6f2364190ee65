import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { descendantsOf, listProcesses, signal } from './processes.ts'

// A command of the stand-in takes a tenth of a second: letting it end leaves no half-made account.
const GRACE_MS = 1500

/** Ends a server and everything it started. */
export async function endWithChildren(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  // The server goes first, so that it starts nothing more; then what it had started, which it
  // has put into sessions of their own.
  const below = await familyOf([child.pid])
  signal(child.pid, 'SIGKILL')
  kill(below)
  kill(await familyOf(below))
}

/** Ends detached jobs: they have left every tree, but carry this very gate in their command. */
export async function endJobs(gate: string): Promise<void> {
  const until = Date.now() + GRACE_MS
  for (;;) {
    const jobs = (await listProcesses()).filter(({ command }) => command.includes(` -I ${gate}`))
    if (jobs.length === 0) return
    if (Date.now() > until) kill(await familyOf(jobs.map(({ pid }) => pid)))
    await sleep(25)
  }
}

async function familyOf(roots: readonly number[]): Promise<number[]> {
  const all = await listProcesses()
  const below = roots.flatMap((root) => descendantsOf(all, root).map(({ pid }) => pid))
  return [...new Set([...roots, ...below])]
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) signal(pid, 'SIGKILL')
}
