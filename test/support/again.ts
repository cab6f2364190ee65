import { setTimeout as sleep } from 'node:timers/promises'

const longestMs = 20_000
const pauseMs = 100

/** Asks again as long as the answer is 503, as a client does after an outage; gives the first other answer. */
export async function askAgain<Answer extends { readonly status: number }>(
  call: () => Promise<Answer>,
): Promise<Answer> {
  const untilMs = performance.now() + longestMs
  for (;;) {
    const answer = await call()
    if (answer.status !== 503 || performance.now() > untilMs) return answer
    await sleep(pauseMs)
  }
}
