import { logGroupName } from './log-groups.ts'
import type { Resource, Resources, Stack } from './stack.ts'

/** One number that CloudWatch counts in log lines; `value` is what a line adds, one unless told. */
interface Count {
  readonly metric: string
  readonly pattern: string
  readonly value?: string
  /** Field of the line that the number is told apart by. */
  readonly by?: { readonly name: string; readonly field: string }
}

/** Numbers of the workers' lines, by what alarms and the dashboard call them. */
export const workerMetrics = {
  taskSeconds: 'task-seconds',
  signUps: 'sign-ups',
  mails: 'mails',
  markedAddresses: 'marked-addresses',
  failedTasks: 'failed-tasks',
  parkedTasks: 'parked-tasks',
  stoppedLanes: 'stopped-lanes',
  unreachableHost: 'unreachable-host',
} as const

/** Defects of ours, counted in every stack's lines together. */
export const defectsMetric = 'defects'

const workerCounts: readonly Count[] = [
  {
    metric: workerMetrics.taskSeconds,
    pattern: '{ $.event = "task_finished" && $.runSeconds = * }',
    value: '$.runSeconds',
    by: { name: 'Action', field: '$.action' },
  },
  { metric: workerMetrics.signUps, pattern: finished('user_create') },
  { metric: workerMetrics.mails, pattern: finished('send_mail', 'send_registration_mail') },
  { metric: workerMetrics.markedAddresses, pattern: event('address_marked') },
  { metric: workerMetrics.failedTasks, pattern: event('task_failed') },
  { metric: workerMetrics.parkedTasks, pattern: event('staff_wanted') },
  { metric: workerMetrics.stoppedLanes, pattern: event('task_stop_lane') },
  { metric: workerMetrics.unreachableHost, pattern: event('task_unreachable') },
]

/** Namespace of the numbers that are counted in Gatehouse's own lines. */
export function metricNamespace({ stage }: Pick<Stack, 'stage'>): string {
  return `Gatehouse/${stage}`
}

/** Requests of one family, as its lines count them. */
export function requestsMetric(family: string): string {
  return `requests-${family}`
}

/** Requests of one family that ended with a status of 500 and above. */
export function serverErrorsMetric(family: string): string {
  return `server-errors-${family}`
}

/** What is counted in the lines of one stack: a filter costs nothing, a number only in hours that have it. */
export function metricFilters(stack: Stack): Resources {
  const { family } = stack
  const counts: readonly Count[] = [
    { metric: requestsMetric(family), pattern: event('request') },
    {
      metric: serverErrorsMetric(family),
      pattern: '{ $.event = "request" && $.status >= 500 }',
    },
    { metric: defectsMetric, pattern: '{ $.level = "error" }' },
    ...(family === 'core' ? workerCounts : []),
  ]
  return Object.fromEntries(counts.map((count) => [filterId(count), metricFilter(stack, count)]))
}

function event(name: string): string {
  return `{ $.event = "${name}" }`
}

function finished(...actions: readonly string[]): string {
  const any = actions.map((action) => `$.action = "${action}"`).join(' || ')
  return `{ $.event = "task_finished" && (${any}) }`
}

function filterId({ metric }: Count): string {
  const words = metric.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${words.join('')}Filter`
}

function metricFilter(stack: Stack, { metric, pattern, value = '1', by }: Count): Resource {
  const transformation = {
    MetricNamespace: metricNamespace(stack),
    MetricName: metric,
    MetricValue: value,
    ...(by ? { Dimensions: [{ Key: by.name, Value: by.field }] } : {}),
  }
  return {
    Type: 'AWS::Logs::MetricFilter',
    DependsOn: 'FunctionLogGroup',
    Properties: {
      LogGroupName: logGroupName(stack),
      FilterPattern: pattern,
      MetricTransformations: [transformation],
    },
  }
}
