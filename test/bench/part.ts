/** Parts of a benchmark that run in processes of their own, so that they do not slow down what is measured. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A part that runs. */
export interface Part<Facts> {
  readonly facts: Facts
  /** Lets it end in order. */
  stop(): Promise<void>
}

/** A part in a process of its own. */
export interface OtherProcess<Facts> extends Part<Facts> {
  /** Ends it at once. */
  kill(): Promise<void>
}

type Message<Facts> = { readonly facts: Facts } | { readonly failure: string }

/** Starts the program of a part with its order; throws what kept it from starting. */
export async function startPart<Facts>(program: URL, order: unknown): Promise<OtherProcess<Facts>> {
  const child = fork(program, { serialization: 'advanced' })
  const ended = once(child, 'exit')
  child.send({ order })
  // Both ends are of this folder: a part sends what its starter expects.
  const [message] = (await Promise.race([once(child, 'message'), deathOf(child)])) as [
    Message<Facts>,
  ]
  const stop = async () => {
    if (child.connected) child.disconnect()
    await ended
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  if ('facts' in message) return { facts: message.facts, stop, kill }
  await stop()
  throw new Error(`${program.pathname}: ${message.failure}`)
}

async function deathOf(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit')
  throw new Error(`A part ended before it had started (${signal ?? code}).`)
}

/** The program of a part: starts with the order that it gets, and stops when its starter lets go or is gone. */
export async function runPart<Order, Facts>(
  start: (order: Order) => Promise<Part<Facts>>,
): Promise<void> {
  // The terminal sends Ctrl-C to every process of the run; the starter decides when the parts end.
  process.on('SIGINT', () => undefined)
  const gone = once(process, 'disconnect')
  const [{ order }] = await once(process, 'message')
  try {
    const part = await start(order)
    if (process.connected) process.send?.({ facts: part.facts })
    await gone
    await part.stop()
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (process.connected) process.send?.({ failure })
    process.exitCode = 1
  }
  process.exit()
}
