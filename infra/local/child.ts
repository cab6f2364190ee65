import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { signal } from './processes.ts'

/** A program that runs beside us. */
export interface Child {
  readonly pid: number
  /** True once it has ended, by itself or by `stop`. */
  hasEnded(): boolean
  /** Asks it to end, insists after ten seconds, and waits until it is gone. */
  stop(): Promise<void>
}

// The keeper lives as long as the program and ends it when its own standard input closes: that happens
// even where this process is killed hard. A session of its own keeps Ctrl-C of the terminal from the
// program, which is ended after everything that needs it.
const keeper = `
exec 3<&0
"$@" 3<&- </dev/null >&2 &
child=$!
echo "$child"
exec >&-
( read -r _ <&3; kill "$child" ) 2>/dev/null &
watcher=$!
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
exit "$status"
`

const patienceMilliseconds = 10_000

/** Starts a program whose output goes to a file; throws when it cannot be started. */
export async function startChild(command: readonly string[], logFile: string): Promise<Child> {
  const log = openSync(logFile, 'a', 0o600)
  const kept = spawn('sh', ['-c', keeper, 'keeper', ...command], {
    stdio: ['pipe', 'pipe', log],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => kept.once('close', () => resolve()))
  const pid = await readPid(kept)
  let isGone = false
  void ended.then(() => {
    isGone = true
  })
  return {
    pid,
    hasEnded: () => isGone,
    stop: async () => {
      if (!isGone) signal(pid, 'SIGTERM')
      const impatience = new AbortController()
      const insist = sleep(patienceMilliseconds, undefined, { signal: impatience.signal })
        .then(() => signal(pid, 'SIGKILL'))
        .catch(() => undefined)
      await ended
      impatience.abort()
      await insist
    },
  }
}

function readPid(kept: ReturnType<typeof spawn>): Promise<number> {
  const { stdout } = kept
  if (stdout === null) throw new Error('The keeper has no standard output.')
  return new Promise((resolve, reject) => {
    kept.once('error', reject)
    createInterface({ input: stdout }).once('line', (line) => resolve(Number(line)))
    kept.once('close', () => reject(new Error('The keeper ended before it began.')))
  })
}
