import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { WorkerOrder } from './worker.ts'

/** The processes of the workers, by number. */
export interface Crew {
  /** Ends one at once, wherever it is; done when it is gone. */
  kill(worker: number): Promise<void>
  /** Puts a new one in the place of one that was killed. */
  replace(worker: number): void
  /** Lets all of them finish what they do, but not for long. */
  stop(): Promise<void>
}

const program = fileURLToPath(new URL('./worker.ts', import.meta.url))
const patienceMs = 10_000

/** Starts so many workers. */
export function startCrew(order: WorkerOrder, count: number): Crew {
  const start = () => {
    const child = spawn(process.execPath, [program], { stdio: ['pipe', 'inherit', 'inherit'] })
    // A worker that is killed reads nothing any more.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${JSON.stringify(order)}\n`)
    return child
  }
  const children = new Map(Array.from({ length: count }, (_, worker) => [worker, start()] as const))
  return {
    kill: async (worker) => {
      const child = children.get(worker)
      if (child) await end(child, 'SIGKILL')
    },
    replace: (worker) => void children.set(worker, start()),
    stop: async () => {
      await Promise.all(
        [...children.values()].map(async (child) => {
          child.stdin?.end()
          const gone = hasEnded(child) ? undefined : once(child, 'close')
          await Promise.race([gone, sleep(patienceMs, undefined, { ref: false })])
          await end(child, 'SIGKILL')
        }),
      )
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const gone = once(child, 'close')
  child.kill(signal)
  await gone
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
