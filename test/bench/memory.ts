import { functions } from '../../functions/index.ts'
import { drainQueue } from '../../infra/local/event-source.ts'
import type { EndpointDefinition } from '../../lib/http/definition.ts'
import type { WorkerDefinition } from '../../lib/http/worker.ts'
import { newEvent } from '../support/event.ts'
import { addAccount, newToken, usualPassword } from '../support/people.ts'
import { queueClient } from './bare-calls.ts'
import type { Bench } from './benchmark.ts'
import { openAsking, wishFor } from './create-user.ts'
import type { BenchGatehouse } from './gatehouse.ts'
import { plainRow, type Row } from './table.ts'
import { type Called, startFunction, type WarmFunction } from './warm-function.ts'

/** Resident memory of each function after calls of it, each function in a process of its own. */
export async function memory({ quick, gatehouse, bundles, say }: Bench): Promise<readonly Row[]> {
  const calls = quick ? 5 : 20
  const running = await gatehouse()
  const built = await bundles()
  const requests = await openRequests(running, calls)
  const rows: Row[] = []
  for (const [name, { definition }] of Object.entries(functions)) {
    say(`memory of ${name}`)
    const warm = startFunction(built.fileOf(name), running.environment)
    try {
      const called =
        'trigger' in definition
          ? await callWorker(running, definition, { warm, calls })
          : await callEndpoint(warm, requests(name, definition))
      rows.push(memoryRow(name, called))
    } finally {
      await warm.stop()
    }
  }
  return rows
}

function memoryRow(name: string, called: readonly Called[]): Row {
  const most = Math.max(...called.map(({ bytes }) => bytes)) / 1024 ** 2
  const outcomes = [...new Set(called.map(({ outcome }) => outcome))].join(', ')
  const figure = `${most.toFixed(0)} MiB (${called.length} calls: ${outcomes})`
  return plainRow(`memory of ${name}, warm`, '', figure, 'no aim')
}

/** Requests that reach deep into each endpoint; those that are not named here are refused early. */
async function openRequests({ world }: BenchGatehouse, calls: number) {
  const { username } = await addAccount(world, { username: 'bench.member' })
  const token = await newToken(world, 'signup.site', 'service')
  const taskId = await (await openAsking(world))('bench')
  const bodies: Readonly<Record<string, (round: number) => string>> = {
    'community-login': () => JSON.stringify({ username, password: usualPassword }),
    'community-create-user': (round) => wishFor(`warm${round}`),
    'community-request-password-reset': () => JSON.stringify({ username }),
  }
  return (name: string, { method, path }: EndpointDefinition) =>
    Array.from({ length: calls }, (_, round) => {
      const event = newEvent({
        method,
        path: path.replaceAll(/\{\w+\}/g, taskId),
        headers: { authorization: `Bearer ${token}` },
        body: (bodies[name] ?? (() => '{}'))(round),
        sourceIp: `198.51.100.${round + 1}`,
      })
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, one = '']) => [one, taskId])
      return { ...event, pathParameters: Object.fromEntries(names) }
    })
}

async function callEndpoint(
  warm: WarmFunction,
  requests: readonly unknown[],
): Promise<readonly Called[]> {
  const called: Called[] = []
  for (const request of requests) called.push(await warm.call(request))
  return called
}

async function callWorker(
  running: BenchGatehouse,
  { trigger, timeoutSeconds }: WorkerDefinition,
  { warm, calls }: { readonly warm: WarmFunction; readonly calls: number },
): Promise<readonly Called[]> {
  const called: Called[] = []
  const invoke = async (event: unknown) => {
    called.push(await warm.call(event))
  }
  if (trigger.kind === 'queue') {
    const client = queueClient(running)
    const queueUrl = running.queueUrls[trigger.lane]
    const onFailure = () => undefined
    await drainQueue({ client, queueUrl, timeoutSeconds, invoke, onFailure })
    client.destroy()
  } else {
    const event = trigger.kind === 'topic' ? bounce : {}
    for (let round = 0; round < calls; round += 1) await invoke(event)
  }
  return called
}

const bounced = { emailAddress: 'bench.member@elsewhere.example' }
const bounce = {
  Records: [
    {
      Sns: {
        Message: JSON.stringify({
          eventType: 'Bounce',
          bounce: { bounceType: 'Permanent', bouncedRecipients: [bounced] },
        }),
      },
    },
  ],
}
