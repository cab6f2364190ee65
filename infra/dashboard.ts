import { alarmTable } from './alarm-table.ts'
import { alarmArn } from './alarms.ts'
import { type Functions, familiesOf, workersOf } from './definitions.ts'
import { metricNamespace, requestsMetric, serverErrorsMetric, workerMetrics } from './metrics.ts'
import { queueName } from './queues.ts'
import { lambdaName, type Resources, type Stack, substitute, type Value } from './stack.ts'

/** One picture: lines, each as CloudWatch writes a metric. */
interface Picture {
  readonly title: string
  readonly stat: string
  readonly lines: readonly Value[]
}

const width = 12
const height = 6

/** The one dashboard of an installation. */
export function dashboardResources(stack: Stack, functions: Functions): Resources {
  const alarms = alarmTable(stack, functions).map(({ name }) => alarmArn(stack, name))
  const widgets = [
    { type: 'alarm', width: 2 * width, height: 4, properties: { title: 'Alarms', alarms } },
    ...pictures(stack, functions).map(widget),
  ]
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: `gatehouse-${stack.stage}`,
        DashboardBody: substitute(JSON.stringify({ widgets })),
      },
    },
  }
}

function pictures(stack: Stack, functions: Functions): readonly Picture[] {
  return [
    ...requestPictures(stack, familiesOf(functions)),
    ...queuePictures(stack),
    ...taskPictures(stack),
    ...workerPictures(stack, functions),
  ]
}

function requestPictures(stack: Stack, families: readonly string[]): readonly Picture[] {
  const lines = (metric: (family: string) => string) =>
    families.map((family) => [metricNamespace(stack), metric(family), { label: family }])
  const api = ['AWS/ApiGateway', 'IntegrationLatency', 'ApiId', '${HttpApi}']
  return [
    { title: 'Requests by family', stat: 'Sum', lines: lines(requestsMetric) },
    {
      title: 'Server errors by family',
      stat: 'Sum',
      lines: [
        ...lines(serverErrorsMetric),
        ['AWS/ApiGateway', '5xx', 'ApiId', '${HttpApi}', { label: 'gateway, all' }],
      ],
    },
    {
      title: 'Milliseconds of a request',
      stat: 'p50',
      lines: [
        [...api, { label: 'half are faster' }],
        [...api, { label: '95 % are faster', stat: 'p95' }],
      ],
    },
  ]
}

function queuePictures(stack: Stack): readonly Picture[] {
  const lines = (metric: string, queues: readonly string[]) =>
    queues.map((queue) => [
      'AWS/SQS',
      metric,
      'QueueName',
      queueName(stack, queue),
      { label: queue },
    ])
  const lengths = lines('ApproximateNumberOfMessagesVisible', ['host', 'post', 'dead-letter'])
  return [
    { title: 'Waiting messages by lane', stat: 'Maximum', lines: lengths },
    {
      title: 'Age of the oldest message by lane, seconds',
      stat: 'Maximum',
      lines: lines('ApproximateAgeOfOldestMessage', ['host', 'post']),
    },
  ]
}

function taskPictures(stack: Stack): readonly Picture[] {
  const namespace = metricNamespace(stack)
  const own = (metric: string, label: string) => [namespace, metric, { label }]
  // Actions come and go with versions, so CloudWatch looks for those there are.
  const byAction = `{${namespace},Action} MetricName="${workerMetrics.taskSeconds}"`
  return [
    {
      title: 'Seconds of a task by action',
      stat: 'Average',
      lines: [[{ expression: `SEARCH('${byAction}', 'Average', 300)`, id: 'seconds' }]],
    },
    {
      title: 'Sign-ups, and tasks that staff should know',
      stat: 'Sum',
      lines: [
        own(workerMetrics.signUps, 'sign-ups'),
        own(workerMetrics.parkedTasks, 'parked'),
        own(workerMetrics.failedTasks, 'failed'),
      ],
    },
    {
      title: 'Mails and bounces',
      stat: 'Sum',
      lines: [
        own(workerMetrics.mails, 'mails'),
        own(workerMetrics.markedAddresses, 'addresses marked'),
        ['AWS/SES', 'Bounce', { label: 'bounces of the AWS account' }],
        ['AWS/SES', 'Complaint', { label: 'complaints of the AWS account' }],
      ],
    },
  ]
}

function workerPictures(stack: Stack, functions: Functions): readonly Picture[] {
  const lines = (metric: string) =>
    workersOf(functions).map(({ name }) => [
      'AWS/Lambda',
      metric,
      'FunctionName',
      lambdaName(stack, name),
      { label: name },
    ])
  return [
    { title: 'Milliseconds of a worker', stat: 'Maximum', lines: lines('Duration') },
    { title: 'Errors of workers', stat: 'Sum', lines: lines('Errors') },
  ]
}

function widget({ title, stat, lines }: Picture, index: number) {
  return {
    type: 'metric',
    x: (index % 2) * width,
    y: 4 + Math.floor(index / 2) * height,
    width,
    height,
    properties: {
      title,
      view: 'timeSeries',
      region: '${AWS::Region}',
      stat,
      period: 300,
      metrics: lines,
    },
  }
}
