import { alarmTable } from './alarm-table.ts'
import type { Functions } from './definitions.ts'
import { memory } from './functions.ts'

/** One kind of thing that AWS counts, and what so many of it cost. */
interface Item {
  readonly what: string
  readonly count: number
  /** US dollars for one: AWS's list prices of us-east-1 without free tiers, read in November 2026; other regions differ by a few percent. */
  readonly price: number
}

const million = 1_000_000
const price = {
  apiRequest: 1 / million,
  functionCall: 0.2 / million,
  // On ARM.
  gigabyteSecond: 0.0000133334,
  queueRequest: 0.5 / million,
  mail: 0.1 / 1000,
  alarmMonth: 0.1,
  logGigabyte: 0.5,
} as const

const minutesPerMonth = 43_800
const smallGigabytes = memory.small / 1024
const hashingGigabytes = memory.hashing / 1024

/** What a month costs in which nobody asks for anything. */
export function costsAtRest(functions: Functions): readonly Item[] {
  const stack = { stage: 'STAGE', family: 'core', settings: {} }
  const alarms = alarmTable(stack, functions).length
  return [
    { what: 'alarms', count: alarms, price: price.alarmMonth },
    // Lambda looks into each of two queues with about five connections, for 20 seconds each time.
    {
      what: 'looks into the queues',
      count: 2 * 5 * 3 * minutesPerMonth,
      price: price.queueRequest,
    },
    // The sweeper: a quarter of a second each.
    { what: 'runs of the sweeper', count: minutesPerMonth, price: price.functionCall },
    {
      what: 'gigabyte-seconds of it',
      count: minutesPerMonth * 0.25 * smallGigabytes,
      price: price.gigabyteSecond,
    },
    // Lambda's own three lines and ours.
    { what: 'gigabytes of log', count: (minutesPerMonth * 700) / 1e9, price: price.logGigabyte },
  ]
}

/**
 * What 1,000 sign-ups cost. Each: a sign-in and a request of the site, eight looks at the task, the page, the
 * password and two looks at its state; two host tasks of ten seconds, two mails, a message to staff.
 */
export function costsPerThousand(): readonly Item[] {
  const [requests, hashing, hostSeconds, postSeconds] = [14, 2, 20, 3]
  const seconds = (requests - hashing) * 0.1 + hostSeconds + postSeconds
  const gigabyteSeconds = seconds * smallGigabytes + hashing * 0.4 * hashingGigabytes
  const tasks = 5
  const items: readonly Item[] = [
    { what: 'requests to the API', count: requests, price: price.apiRequest },
    { what: 'runs of functions', count: requests + tasks, price: price.functionCall },
    { what: 'gigabyte-seconds', count: gigabyteSeconds, price: price.gigabyteSecond },
    // A message is sent, received, hidden every ten seconds and deleted.
    { what: 'requests to the queues', count: tasks * 5, price: price.queueRequest },
    { what: 'mails', count: 2, price: price.mail },
    { what: 'gigabytes of log', count: (50 * 700) / 1e9, price: price.logGigabyte },
  ]
  return items.map((item) => ({ ...item, count: item.count * 1000 }))
}

/** The part of the README about costs. */
export function costSection(functions: Functions): string {
  return [
    ...['| a month at rest | how many | US dollars |', '| --- | --- | --- |'],
    ...rows(costsAtRest(functions)),
    ...['', '| 1,000 sign-ups | how many | US dollars |', '| --- | --- | --- |'],
    ...rows(costsPerThousand()),
  ].join('\n')
}

function rows(items: readonly Item[]): readonly string[] {
  const sum = items.reduce((all, { count, price: each }) => all + count * each, 0)
  const lines = items.map(({ what, count, price: each }) => {
    const shown = count < 10 ? count.toFixed(2) : Math.round(count).toLocaleString('en')
    return `| ${what} | ${shown} | ${(count * each).toFixed(2)} |`
  })
  return [...lines, `| **together** | | **${sum.toFixed(2)}** |`]
}
