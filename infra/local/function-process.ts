import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { InvocationContext } from '../../lib/http/event.ts'
import type { DeployedFunction } from './deployment.ts'
import type { Call, Ended } from './function-runtime.ts'
import { withinTime } from './invocation.ts'
import { signal } from './processes.ts'

/** A packaged function as Lambda runs it: each call in a process that serves nobody else meanwhile. */
export interface FunctionPool {
  /** Throws what the function threw, or that it took too long. */
  invoke(event: unknown, context: InvocationContext): Promise<unknown>
  stop(): Promise<void>
}

/** A function, all of its variables, and who hears what it writes. */
export interface FunctionPlace {
  readonly deployed: DeployedFunction
  readonly environment: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
}

// Lambda has a thousand for an account; what comes while all of these are busy waits for one of them.
const mostAtOnce = 4

/** Starts processes as calls come, and uses them again; between two calls they are frozen. */
export function newFunctionPool(place: FunctionPlace): FunctionPool {
  const { timeoutSeconds } = place.deployed
  const running = new Set<FunctionProcess>()
  const slots = newSlots(mostAtOnce)
  const free: FunctionProcess[] = []
  const start = () => {
    const started = startProcess(place)
    running.add(started)
    return started
  }
  const callOne = async (one: FunctionProcess, call: Call) => {
    try {
      return await withinTime(one.call(call), timeoutSeconds)
    } catch (error) {
      running.delete(one)
      await one.stop()
      throw error
    }
  }
  return {
    invoke: async (event, { awsRequestId: requestId }) => {
      await slots.take()
      try {
        const one = free.pop() ?? start()
        const ended = await callOne(one, { requestId, event, timeoutSeconds })
        free.push(one)
        return toResult(ended)
      } finally {
        slots.giveBack()
      }
    },
    stop: async () => {
      await Promise.all([...running].map((one) => one.stop()))
    },
  }
}

function newSlots(most: number) {
  const waiting: Array<() => void> = []
  let taken = 0
  return {
    take: async () => {
      taken += 1
      if (taken > most) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    giveBack: () => {
      taken -= 1
      waiting.shift()?.()
    },
  }
}

function toResult(ended: Ended): unknown {
  if (ended.kind === 'answered') return ended.result
  const { name, message, stack } = ended
  throw Object.assign(new Error(message), { name, stack })
}

interface FunctionProcess {
  call(call: Call): Promise<Ended>
  stop(): Promise<void>
}

const program = join(import.meta.dirname, 'function-runtime.ts')

function startProcess({ deployed, environment, onLine }: FunctionPlace): FunctionProcess {
  // The folder is for people, and for whoever has to find what a killed run has left behind.
  const child = fork(program, [deployed.folder], {
    cwd: deployed.folder,
    // What one process has compiled serves the next one of the same function.
    env: { ...environment, NODE_COMPILE_CACHE: join(deployed.folder, '..', '.compiled') },
    execArgv: [`--max-old-space-size=${deployed.memoryMegabytes}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit')
  const hear = listen(child, onLine)
  return {
    call: async (call) => {
      // Lambda thaws what it froze after the last answer: nothing runs in between.
      if (child.pid !== undefined) signal(child.pid, 'SIGCONT')
      const ended = Promise.all([once(child, 'message'), hear(call.requestId)])
      child.send(call)
      const early = exited.then(([code, by]) => {
        throw new Error(`The process of ${deployed.name} ended (${by ?? code}).`)
      })
      const [[told]] = await Promise.race([ended, early])
      if (child.pid !== undefined) signal(child.pid, 'SIGSTOP')
      return told
    },
    stop: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await exited
    },
  }
}

/** Hands over every line that is written, and tells when the END of a call has come. */
function listen({ stdout, stderr }: ChildProcess, onLine: (line: string) => void) {
  const waiting = new Map<string, () => void>()
  const onWritten = (line: string) => {
    const [, requestId = ''] = /^END RequestId: (.+)$/.exec(line) ?? []
    const heard = waiting.get(requestId)
    if (heard) heard()
    else onLine(line)
  }
  if (stdout) createInterface({ input: stdout }).on('line', onWritten)
  if (stderr) createInterface({ input: stderr }).on('line', onLine)
  return (requestId: string) =>
    new Promise<void>((resolve) => {
      waiting.set(requestId, resolve)
    })
}
