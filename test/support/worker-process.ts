/**
 * A worker of lane host in a process of its own, for tests that kill it. Takes one JSON document on
 * standard input and ends itself by SIGKILL at the write that the document names.
 */
import { text } from 'node:stream/consumers'
import { handler } from '../../functions/workers/run-host-tasks.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Database } from '../../lib/ports.ts'

/** What the process is told. */
export interface WorkerOrder {
  readonly environment: Readonly<Record<string, string>>
  readonly event: unknown
  /** `intent`: after it is stored; `attempt` and `commit`: just before. */
  readonly diesAt: 'intent' | 'attempt' | 'commit'
}

const order: WorkerOrder = JSON.parse(await text(process.stdin))

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

function deadly(database: Database): Database {
  const { tasks } = database
  switch (order.diesAt) {
    case 'intent': {
      const recordIntent: typeof tasks.recordIntent = async (...values) => {
        await tasks.recordIntent(...values)
        return die()
      }
      return { ...database, tasks: { ...tasks, recordIntent } }
    }
    case 'attempt':
      return { ...database, tasks: { ...tasks, recordAttempt: die } }
    default:
      return { ...database, transaction: die }
  }
}

const { database } = await openPorts({ database: mongoDatabase }, newWorld(order.environment))
const world = newWorld(order.environment, { database: deadly(database) })
await handler.run(order.event, newInvocation(120), world)
process.exit()
