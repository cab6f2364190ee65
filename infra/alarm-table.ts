import { reserveSeconds } from '../lib/queue/policy.ts'
import type { Alarm } from './alarms.ts'
import { type Functions, workersOf } from './definitions.ts'
import { defectsMetric, metricNamespace, workerMetrics } from './metrics.ts'
import { queueName } from './queues.ts'
import { lambdaName, type Stack } from './stack.ts'

/** A new account runs up to 1,000 functions at once; where it is less, the alarm `throttles` tells. */
const functionsAtOnce = 1000

/** Every alarm there is (aws.md 7), in the order of the README. */
export function alarmTable(stack: Stack, functions: Functions): readonly Alarm[] {
  return [
    ...queueAlarms(stack),
    ...workerAlarms(stack, functions),
    ...apiAlarms(),
    ...accountAlarms(),
    ...mailAlarms(),
    ...taskAlarms(stack),
  ]
}

function queueAlarms(stack: Stack): readonly Alarm[] {
  const of = (queue: string, metric: string) => ({
    namespace: 'AWS/SQS',
    metric,
    dimensions: { QueueName: queueName(stack, queue) },
  })
  const lanes = (['host', 'post'] as const).flatMap((lane): readonly Alarm[] => [
    {
      name: `${lane}-queue-stuck`,
      meaning: `The oldest message of lane ${lane} has waited for more than 15 minutes.`,
      of: of(lane, 'ApproximateAgeOfOldestMessage'),
      statistic: 'Maximum',
      above: 15 * 60,
    },
    {
      name: `${lane}-queue-long`,
      meaning: `More than 50 messages have waited in lane ${lane} for 15 minutes.`,
      of: of(lane, 'ApproximateNumberOfMessagesVisible'),
      statistic: 'Maximum',
      above: 50,
      periods: [3, 3],
    },
  ])
  return [
    {
      name: 'dead-letters',
      meaning:
        'A message lies in the dead-letter queue: no worker can read it, or the host was away for eight hours.',
      // What moves there by itself is not counted as sent.
      of: of('dead-letter', 'ApproximateNumberOfMessagesVisible'),
      statistic: 'Maximum',
      atLeast: 1,
    },
    ...lanes,
  ]
}

function workerAlarms(stack: Stack, functions: Functions): readonly Alarm[] {
  return workersOf(functions).flatMap(({ name, definition }): readonly Alarm[] => {
    const { trigger, timeoutSeconds } = definition
    const of = (metric: string) => ({
      namespace: 'AWS/Lambda',
      metric,
      dimensions: { FunctionName: lambdaName(stack, name) },
    })
    const isOften = trigger.kind === 'queue' || (trigger.kind === 'schedule' && isQuick(trigger))
    const fails: Alarm = {
      name: `${name}-fails`,
      meaning: `The worker ${name} ended with an error.`,
      of: of('Errors'),
      statistic: 'Sum',
      atLeast: 1,
      // A worker whose host is away gives its message back as an error; only a lasting one is news.
      ...(isOften ? { periods: [2, 3] as const } : {}),
    }
    if (trigger.kind !== 'queue') return [fails]
    return [
      fails,
      {
        name: `${name}-near-timeout`,
        meaning: `The worker ${name} did not stop in time before its time-out.`,
        of: of('Duration'),
        statistic: 'Maximum',
        // It works on purpose until its reserve begins; half of that gone is too late.
        above: (timeoutSeconds - reserveSeconds / 2) * 1000,
      },
    ]
  })
}

function isQuick({ everyMinutes }: { readonly everyMinutes: number }): boolean {
  return everyMinutes <= 5
}

function apiAlarms(): readonly Alarm[] {
  const of = (metric: string) => ({
    namespace: 'AWS/ApiGateway',
    metric,
    dimensions: { ApiId: { Ref: 'HttpApi' } },
  })
  return [
    {
      name: 'api-errors',
      meaning: 'More than 1 % of the requests of ten minutes ended with a status of 500 or above.',
      of: of('5xx'),
      statistic: 'Average',
      above: 0.01,
      periods: [2, 3],
    },
    {
      name: 'api-slow',
      meaning: 'One request in twenty has taken more than 5 seconds for 15 minutes.',
      of: of('IntegrationLatency'),
      statistic: 'p95',
      above: 5000,
      periods: [3, 3],
    },
    {
      name: 'api-refusals',
      meaning: 'More than 1,000 requests were refused (status 400 to 499) in 5 minutes.',
      of: of('4xx'),
      statistic: 'Sum',
      above: 1000,
    },
  ]
}

function accountAlarms(): readonly Alarm[] {
  const of = (metric: string) => ({ namespace: 'AWS/Lambda', metric })
  return [
    {
      name: 'throttles',
      meaning: 'AWS refused to start functions, because too many ran at once.',
      of: of('Throttles'),
      statistic: 'Sum',
      atLeast: 1,
    },
    {
      name: 'concurrency',
      meaning: 'More than 80 % of the 1,000 functions that may run at once are running.',
      of: of('ConcurrentExecutions'),
      statistic: 'Maximum',
      above: 0.8 * functionsAtOnce,
    },
  ]
}

/** Before SES looks into an account itself: at 5 % bounces and 0.1 % complaints (aws.md 5). */
function mailAlarms(): readonly Alarm[] {
  const of = (metric: string) => ({ namespace: 'AWS/SES', metric })
  const rate = { statistic: 'Average', periodSeconds: 3600 } as const
  return [
    {
      name: 'mail-bounces',
      meaning: 'More than 3 % of the mails come back.',
      of: of('Reputation.BounceRate'),
      above: 0.03,
      ...rate,
    },
    {
      name: 'mail-complaints',
      meaning: 'More than 0.08 % of the mails are complained about.',
      of: of('Reputation.ComplaintRate'),
      above: 0.0008,
      ...rate,
    },
  ]
}

function taskAlarms(stack: Stack): readonly Alarm[] {
  const own = (name: string, metric: string, meaning: string): Alarm => ({
    name,
    meaning,
    of: { namespace: metricNamespace(stack), metric },
    statistic: 'Sum',
    atLeast: 1,
  })
  return [
    own('parked-tasks', workerMetrics.parkedTasks, 'A task waits for staff.'),
    own('failed-tasks', workerMetrics.failedTasks, 'A task failed for good.'),
    own('stopped-lanes', workerMetrics.stoppedLanes, 'A lane has stopped until staff resume it.'),
    {
      ...own('unreachable-host', workerMetrics.unreachableHost, 'The host does not answer.'),
      periods: [2, 3],
    },
    own('defects', defectsMetric, 'Something happened that no code expects.'),
    {
      name: 'sweeper-silent',
      meaning: 'The sweeper has not run for 10 minutes: lost rings stay lost.',
      of: {
        namespace: 'AWS/Lambda',
        metric: 'Invocations',
        dimensions: { FunctionName: lambdaName(stack, 'workers-sweep') },
      },
      statistic: 'Sum',
      below: 1,
      periods: [2, 2],
      ringsWhenSilent: true,
    },
  ]
}
