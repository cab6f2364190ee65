import { handler } from '../../functions/community/create-user.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newWorld, type World } from '../../lib/adapters/world.ts'
import { newEvent } from '../support/event.ts'
import { newToken } from '../support/people.ts'
import { openBareCalls } from './bare-calls.ts'
import type { Bench } from './benchmark.ts'
import { measurePairs, timed } from './measure.ts'
import { pipedLog } from './piped-log.ts'
import { type Row, ratioRow } from './table.ts'

/** The body of a request for an account. */
export function wishFor(username: string): string {
  return JSON.stringify({
    username,
    display_name: `Person ${username.replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? '')}`,
    recovery_email: `${username}@elsewhere.example`,
  })
}

// The aim counts one read; the rules of names have come to it since.
const withoutAim = { aim: '', verdict: 'no aim' }

// Names on the host have letters only.
const letters = 'abcdefghij'

/** Asks the handler for accounts in the name of a sign-up site. Gives the id of the task. */
export async function openAsking(world: World) {
  const token = await newToken(world, 'signup.site', 'service')
  const headers = { authorization: `Bearer ${token}` }
  return async (username: string, within: World = world): Promise<string> => {
    const body = wishFor(username)
    const event = newEvent({ method: 'POST', path: '/create_user', body, headers })
    const answer = await handler.run(event, newInvocation(28), within)
    if (answer.statusCode !== 201) throw new Error(`/create_user answered ${answer.body}.`)
    return JSON.parse(answer.body ?? '').task_id
  }
}

/** The handler of /create_user against the calls that it cannot do without. */
export async function createUser({ quick, gatehouse }: Bench): Promise<readonly Row[]> {
  const running = await gatehouse()
  const world = newWorld(running.environment, { log: pipedLog })
  const ask = await openAsking(world)
  await ask('bench')
  const bare = await openBareCalls(running)
  try {
    const rounds = quick ? 40 : 400
    // The compiler is busy with what is new to it for some hundred rounds.
    for (let round = 0; round < rounds; round += 1) {
      await ask(`warming${round}`)
      await bare.callWithNames(`warm${round}`)
    }
    const pairs = await measurePairs(rounds, {
      measured: (round) => timed(() => ask(`asked${round + 10}`)),
      bare: (round) => timed(() => bare.call(`bare${round + 10}`)),
    })
    const allPairs = await measurePairs(rounds, {
      measured: (round) => timed(() => ask(`asking${round + 10}`)),
      bare: (round) => timed(() => bare.callWithNames(`plain${round + 10}`)),
    })
    return [
      ratioRow('create_user / its calls bare', 1.3, pairs),
      { ...ratioRow('create_user / these and the reads of names', 1, allPairs), ...withoutAim },
    ]
  } finally {
    await bare.close()
    await closeWorld(world)
  }
}
