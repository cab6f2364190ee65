import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What one call of a function left behind. */
export interface Called {
  readonly outcome: string
  /** Resident memory of the whole process. */
  readonly bytes: number
}

/** A function in a process of its own that lives from call to call, as on Lambda. */
export interface WarmFunction {
  call(event: unknown): Promise<Called>
  stop(): Promise<void>
}

const program = `
const { handler } = require(process.argv[1])
process.on('message', async (event) => {
  const context = { awsRequestId: 'warm', getRemainingTimeInMillis: () => 110_000 }
  let outcome
  try {
    const answer = await handler(event, context)
    outcome = String(answer?.statusCode ?? 'done')
  } catch (error) {
    outcome = String(error)
  }
  process.send({ outcome, bytes: process.memoryUsage.rss() })
})
process.on('disconnect', () => process.exit())
`

/** Starts a function from its bundle. */
export function startFunction(
  file: string,
  environment: Readonly<Record<string, string>>,
): WarmFunction {
  const child = spawn(process.execPath, ['-e', program, file], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: environment,
  })
  const ended = once(child, 'exit')
  const death = ended.then((): never => {
    throw new Error(`${file} ended by itself.`)
  })
  death.catch(() => undefined)
  return {
    call: async (event) => {
      child.send(Object(event))
      const [called] = await Promise.race([once(child, 'message'), death])
      return called
    },
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
