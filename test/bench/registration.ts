import { handler as reading } from '../../functions/registrations/read.ts'
import { handler as submitting } from '../../functions/registrations/submit.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newWorld, type World } from '../../lib/adapters/world.ts'
import { newEvent } from '../support/event.ts'
import { basic, type Key } from '../support/registration-key.ts'
import { openBareRegistering } from './bare-registering.ts'
import type { Bench } from './benchmark.ts'
import { measurePairs, type Pair, type Sides, timed } from './measure.ts'
import { pipedLog } from './piped-log.ts'
import { percentileRows, type Row } from './table.ts'

const most = 1.5
const both = [0.5, 0.99]
const roundsBetweenClearings = 20
const message = 'I sing tenor, and somebody of the choir told me about you. '.repeat(4)
const withoutAim = { aim: '', verdict: 'no aim' }

/**
 * Taking a registration against one sealed write and one send, and showing one against one read by its key; then both
 * against every call that they make, which is what is left where an aim is missed.
 */
export async function registration({ quick, gatehouse }: Bench): Promise<readonly Row[]> {
  const running = await gatehouse()
  const world = newWorld(running.environment, { log: pipedLog })
  const ask = openAsking(world)
  const first = await ask(wishOf(0))
  const bare = await openBareRegistering(running)
  const rounds = quick ? 40 : 400
  const post = async (wish: (round: number) => Wish, calls: () => Promise<unknown>) => {
    await bare.clear(first.rid)
    const measured: Sides['measured'] = async (round) => {
      if (round % roundsBetweenClearings === 0) await bare.clear(first.rid)
      return timed(() => ask(wish(round + 10)))
    }
    return measurePairs(rounds, { measured, bare: () => timed(calls) })
  }
  const get = (key: Key, calls: (rid: string) => Promise<unknown>) =>
    measurePairs(rounds, {
      measured: () => timed(() => read(world, key)),
      bare: () => timed(() => calls(key.rid)),
    })
  try {
    // The compiler is busy with what is new to it for some hundred rounds.
    await get(first, bare.read)
    const manager = await bare.managersKey(first.rid)
    const shown = await get(first, bare.read)
    const shownToManager = await get(manager, bare.read)
    const shownByAll = await get(first, bare.readAll)
    await post(() => ({ message }), bare.write)
    const asked = await post(() => ({ message }), bare.write)
    const askedWithAddress = await post(wishOf, bare.write)
    const askedByAll = await post(() => ({ message }), bare.writeAll)
    await bare.setDecided(first.rid)
    const decided = await get(first, bare.read)
    return [
      ...rowsOf('asking / one sealed write, one send', asked),
      ...rowsOf('asking with an address / the same', askedWithAddress),
      ...rowsOf('asking / all its calls bare', askedByAll, 'no aim'),
      ...rowsOf('a decided registration for its asker / one read', decided),
      ...rowsOf('a pending registration for its asker / one read', shown),
      ...rowsOf('a pending registration for its asker / its two reads', shownByAll, 'no aim'),
      ...rowsOf('a pending registration for a manager / one read', shownToManager),
    ]
  } finally {
    await bare.close()
    await closeWorld(world)
  }
}

function rowsOf(what: string, pairs: readonly Pair[], aim?: 'no aim'): readonly Row[] {
  const rows = percentileRows({ what, most, shares: both }, pairs)
  return aim ? rows.map((row) => ({ ...row, ...withoutAim })) : rows
}

interface Wish {
  readonly message: string
  readonly email?: string
}

function wishOf(round: number): Wish {
  return { message, email: `person.${round}@elsewhere.example` }
}

/** Asks the handler for accounts; gives what opens each registration. */
export function openAsking(world: World) {
  let clients = 0
  return async (wish: Wish): Promise<Key> => {
    // A client of its own each time: one that asks too often is refused.
    clients += 1
    const sourceIp = `10.0.${clients >> 8}.${clients & 255}`
    const body = JSON.stringify(wish)
    const event = newEvent({ method: 'POST', path: '/registrations', body, sourceIp })
    const answer = await submitting.run(event, newInvocation(28), world)
    if (answer.statusCode !== 201) throw new Error(`/registrations answered ${answer.body}.`)
    return JSON.parse(answer.body ?? '')
  }
}

async function read(world: World, key: Key): Promise<void> {
  const path = `/registrations/${key.rid}`
  const event = newEvent({ method: 'GET', path, headers: basic(key) })
  const request = { ...event, pathParameters: { rid: key.rid } }
  const { statusCode } = await reading.run(request, newInvocation(28), world)
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}.`)
}
