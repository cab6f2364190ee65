import { compare } from 'bcryptjs'
import { handler } from '../../functions/community/login.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newEvent } from '../support/event.ts'
import { addAccount, usualPassword } from '../support/people.ts'
import type { Bench } from './benchmark.ts'
import { measurePairs, timed } from './measure.ts'
import { type Row, ratioRow } from './table.ts'

/** The handler of /login against the comparison of one hash that it cannot do without. */
export async function login({ quick, gatehouse }: Bench): Promise<readonly Row[]> {
  const { world } = await gatehouse()
  const { username, passwordHash } = await addAccount(world, { username: 'bench.member' })
  const body = JSON.stringify({ username, password: usualPassword })
  const signIn = async (round: number) => {
    // A client of its own each time: one that signs in too often is refused.
    const sourceIp = `198.51.100.${round + 10}`
    const event = newEvent({ method: 'POST', path: '/login', body, sourceIp })
    const { statusCode } = await handler.run(event, newInvocation(28), world)
    if (statusCode !== 200) throw new Error(`/login answered ${statusCode}.`)
  }
  const pairs = await measurePairs(quick ? 10 : 60, {
    measured: (round) => timed(() => signIn(round)),
    bare: () => timed(() => compare(usualPassword, passwordHash ?? '')),
  })
  return [ratioRow('login handler / bare bcryptjs compare', 1.03, pairs)]
}
