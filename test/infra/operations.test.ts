import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { functions } from '../../functions/index.ts'
import { alarmAdvice } from '../../infra/alarm-advice.ts'
import { alarmSection } from '../../infra/alarms.ts'
import { familiesOf, workersOf } from '../../infra/definitions.ts'
import { metricFilters } from '../../infra/metrics.ts'
import { projectFile } from '../../infra/project.ts'
import { type Settings, settingsOf } from '../../infra/settings.ts'
import { templateOf } from '../../infra/template.ts'
import { approved, callWith, hours, pick, submit } from '../registrations/people.ts'
import type { LogLine } from '../support/log.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

const settings = settingsOf('test', functions, '/nowhere')

function core(own: Settings = {}) {
  return templateOf({ stage: 'test', family: 'core', settings: { ...settings, ...own } }, functions)
}

const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
  Threshold: z.number(),
  Period: z.number(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number(),
  TreatMissingData: z.string(),
  AlarmActions: z.unknown(),
  OKActions: z.unknown(),
})

const { resources } = core()
const alarms = Object.values(resources)
  .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  .map(({ Properties }) => alarmSchema.parse(Properties))

function alarm(name: string) {
  return alarms.find(({ AlarmName }) => AlarmName === `gatehouse-test-${name}`)
}

describe('alarms', () => {
  test('are each told to the topic, when they ring and when it is over', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: 'AlarmTopic' }], [{ Ref: 'AlarmTopic' }]])
    }
    expect(resources['AlarmSubscription']?.Properties).toEqual({
      TopicArn: { Ref: 'AlarmTopic' },
      Protocol: 'email',
      Endpoint: settings['ALARM_ADDRESS'],
    })
  })

  test.each([
    ['dead-letters', 'ApproximateNumberOfMessagesVisible', 1, 300],
    ['host-queue-stuck', 'ApproximateAgeOfOldestMessage', 900, 300],
    ['post-queue-stuck', 'ApproximateAgeOfOldestMessage', 900, 300],
    ['host-queue-long', 'ApproximateNumberOfMessagesVisible', 50, 900],
    ['post-queue-long', 'ApproximateNumberOfMessagesVisible', 50, 900],
    ['workers-run-host-tasks-near-timeout', 'Duration', 110_000, 300],
    ['workers-run-post-tasks-near-timeout', 'Duration', 110_000, 300],
    ['api-errors', '5xx', 0.01, 600],
    ['api-slow', 'IntegrationLatency', 5000, 900],
    ['api-refusals', '4xx', 1000, 300],
    ['throttles', 'Throttles', 1, 300],
    ['concurrency', 'ConcurrentExecutions', 800, 300],
    ['mail-bounces', 'Reputation.BounceRate', 0.03, 3600],
    ['mail-complaints', 'Reputation.ComplaintRate', 0.0008, 3600],
    ['parked-tasks', 'parked-tasks', 1, 300],
    ['failed-tasks', 'failed-tasks', 1, 300],
    ['stopped-lanes', 'stopped-lanes', 1, 300],
    ['unreachable-host', 'unreachable-host', 1, 600],
    ['defects', 'defects', 1, 300],
    ['sweeper-silent', 'Invocations', 1, 600],
  ])('%s looks at %s, past %d, for %d seconds', (name, metric, threshold, seconds) => {
    const found = alarm(name)
    expect(found).toMatchObject({ MetricName: metric, Threshold: threshold })
    expect((found?.DatapointsToAlarm ?? 0) * (found?.Period ?? 0)).toBe(seconds)
  })

  test('of errors are there for every worker, and none else is without a test', () => {
    const workers = workersOf(functions).map(({ name }) => `${name}-fails`)
    for (const name of workers) expect(alarm(name)).toMatchObject({ MetricName: 'Errors' })
    expect(alarms).toHaveLength(20 + workers.length)
  })

  test('say what to do, in the mail and in the README', async () => {
    expect(alarms.map(({ AlarmName }) => AlarmName.slice('gatehouse-test-'.length)).sort()).toEqual(
      Object.keys(alarmAdvice).sort(),
    )
    for (const { AlarmDescription } of alarms) {
      expect(AlarmDescription).toMatch(/^[A-Z].{20,}\. [A-Z].{40,}[.]$/)
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024)
      expect(AlarmDescription).not.toContain('STAGE')
    }
    const readme = await readFile(projectFile('README.md'), 'utf8')
    expect(readme).toContain(alarmSection(functions))
  })

  test('take silence for good news, but not of the sweeper', () => {
    for (const { AlarmName, TreatMissingData } of alarms) {
      const isSweeper = AlarmName.endsWith('sweeper-silent')
      expect(TreatMissingData).toBe(isSweeper ? 'breaching' : 'notBreaching')
    }
  })

  test('look at queues, functions and numbers that there are', () => {
    const known = JSON.stringify([
      Object.entries(resources),
      Object.values(core().functions).map(({ name }) => name),
    ])
    for (const { Namespace, MetricName, Dimensions } of alarms) {
      for (const { Value } of Dimensions) {
        const name =
          typeof Value === 'string' ? Value : z.object({ Ref: z.string() }).parse(Value).Ref
        expect(known).toContain(`"${name}"`)
      }
      if (Namespace === 'Gatehouse/test') expect(known).toContain(`"MetricName":"${MetricName}"`)
    }
  })
})

const widgetSchema = z.object({
  type: z.string(),
  properties: z.object({ title: z.string(), metrics: z.array(z.unknown()).optional() }),
})

describe('the dashboard', () => {
  const sub = z.object({ 'Fn::Sub': z.string() })
  const body = sub.parse(resources['Dashboard']?.Properties['DashboardBody'])['Fn::Sub']
  const { widgets } = z.object({ widgets: z.array(widgetSchema) }).parse(JSON.parse(body))

  test('shows what an operator looks for', () => {
    expect(widgets.map(({ properties }) => properties.title)).toEqual([
      'Alarms',
      'Requests by family',
      'Server errors by family',
      'Milliseconds of a request',
      'Waiting messages by lane',
      'Age of the oldest message by lane, seconds',
      'Seconds of a task by action',
      'Sign-ups, and tasks that staff should know',
      'Mails and bounces',
      'Milliseconds of a worker',
      'Errors of workers',
    ])
  })

  test('has every family, and every alarm', () => {
    for (const family of familiesOf(functions)) {
      expect(body).toContain(`"requests-${family}"`)
      expect(body).toContain(`"server-errors-${family}"`)
    }
    for (const { AlarmName } of alarms) expect(body).toContain(`:alarm:${AlarmName}"`)
  })

  test('puts in nothing but what CloudFormation knows', () => {
    const names = [...body.matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name)
    for (const name of names) expect(name.startsWith('AWS::') || name in resources).toBe(true)
  })

  test('shows only own numbers that a filter counts', () => {
    const counted = familiesOf(functions)
      .flatMap((family) => Object.values(metricFilters({ stage: 'test', family, settings })))
      .map(({ Properties }) => JSON.stringify(Properties))
      .join()
    const own = [...body.matchAll(/\["Gatehouse\/test","([^"]+)"/g)].map(([, name]) => name)
    expect(own.length).toBeGreaterThan(5)
    for (const name of own) expect(counted).toContain(`"MetricName":"${name}"`)
  })
})

/** How often each number would be counted in these lines, by CloudWatch's rules for JSON patterns. */
// One condition, or several in brackets.
function anyHolds(condition: string, line: LogLine): boolean {
  const choices = condition.replace(/^\((.*)\)$/, '$1').split(' || ')
  return choices.some((one) => holds(one, line))
}

function countIn(lines: readonly LogLine[], family: string): Readonly<Record<string, number>> {
  const schema = z.object({
    FilterPattern: z.string().regex(/^\{ .* \}$/),
    MetricTransformations: z.tuple([z.looseObject({ MetricName: z.string() })]),
  })
  const filters = Object.values(metricFilters({ stage: 'test', family, settings }))
  const counts = filters.map(({ Properties }) => {
    const { FilterPattern, MetricTransformations } = schema.parse(Properties)
    const conditions = FilterPattern.slice(2, -2).split(' && ')
    const found = lines.filter((line) => conditions.every((one) => anyHolds(one, line)))
    return [MetricTransformations[0].MetricName, found.length] as const
  })
  return Object.fromEntries(counts)
}

function holds(condition: string, { level, event, fields }: LogLine): boolean {
  const [, name = '', operator, wanted = ''] = /^\$\.(\w+) (=|>=) (.+)$/.exec(condition) ?? []
  const document: Readonly<Record<string, unknown>> = { ...fields, level, event }
  const value = document[name]
  if (operator === '>=') return Number(value) >= Number(wanted)
  return wanted === '*' ? value !== undefined : JSON.stringify(value) === wanted
}

test('the filters count a sign-up, its mail, its requests and its tasks', async () => {
  const world = await newTestWorld()
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const { lines } = world.log
  expect(countIn(lines, 'core')).toMatchObject({
    'sign-ups': 1,
    mails: 1,
    'task-seconds': lines.filter(({ event }) => event === 'task_finished').length,
    'failed-tasks': 0,
    'parked-tasks': 0,
    defects: 0,
  })
  const requests = lines.filter(({ event }) => event === 'request').length
  expect(requests).toBeGreaterThan(0)
  expect(countIn(lines, 'community')).toMatchObject({
    'requests-community': requests,
    'server-errors-community': 0,
  })
})

test('what nobody wants any more is cancelled, and counted by no filter as a failure', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  await world.addAccount({ username: 'robin', address: null })
  for (const from of ['198.51.100.1', '198.51.100.2']) {
    await world.call('POST', '/request_password_reset', { body: { username: 'robin' }, from })
  }
  const withdrawn = await submit(world, { email: 'sandy@mail.example' })
  await callWith(world, withdrawn)('DELETE')
  await callWith(world, await approved(world))('PATCH', pick('sandy'))
  world.clock.advance(hours(48))
  await world.runWorkers()
  const { lines } = world.log
  const cancelled = lines.filter(({ event }) => event === 'task_cancelled')
  expect(new Set(cancelled.map(({ fields }) => `${fields.action}: ${fields.reason}`))).toEqual(
    new Set([
      'tell_staff: Staff heard of the same earlier that day.',
      'send_registration_mail: The registration is over.',
      'user_create: The registration is over.',
    ]),
  )
  expect(countIn(lines, 'core')).toMatchObject({ 'failed-tasks': 0 })
})

test.each([
  ['server-errors-core', { event: 'request', level: 'info', fields: { status: 503 } }],
  ['defects', { event: 'unexpected_error', level: 'error', fields: {} }],
  ['parked-tasks', { event: 'staff_wanted', level: 'info', fields: {} }],
  ['failed-tasks', { event: 'task_failed', level: 'info', fields: {} }],
  ['stopped-lanes', { event: 'task_stop_lane', level: 'info', fields: {} }],
  ['unreachable-host', { event: 'task_unreachable', level: 'info', fields: {} }],
  [
    'mails',
    { event: 'task_finished', level: 'info', fields: { action: 'send_registration_mail' } },
  ],
  ['marked-addresses', { event: 'address_marked', level: 'info', fields: {} }],
] as const)('the number %s counts its line', (metric, line) => {
  expect(countIn([line], 'core')[metric]).toBe(1)
})

describe('a domain of its own', () => {
  const own = {
    PUBLIC_URL: 'https://gatehouse.example',
    CERTIFICATE_ARN: 'arn:aws:acm:eu-central-1:000000000000:certificate/0a1b2c3d',
  }

  test('is the only way to the API, and its target is told', () => {
    const template = core(own)
    expect(template.resources['CustomDomain']?.Properties).toEqual({
      DomainName: 'gatehouse.example',
      DomainNameConfigurations: [
        {
          CertificateArn: own.CERTIFICATE_ARN,
          EndpointType: 'REGIONAL',
          SecurityPolicy: 'TLS_1_2',
        },
      ],
    })
    expect(template.resources['CustomDomainMapping']?.Properties).toEqual({
      ApiId: { Ref: 'HttpApi' },
      DomainName: { Ref: 'CustomDomain' },
      Stage: { Ref: 'HttpApiStage' },
    })
    expect(template.resources['HttpApi']?.Properties).toMatchObject({
      DisableExecuteApiEndpoint: true,
    })
    expect(template.outputs).toHaveProperty('CustomDomainTarget')
    expect(template.outputs).toMatchObject({ PublicUrl: { Value: own.PUBLIC_URL } })
  })

  test('is not there without a certificate, and then the API answers under its own', () => {
    expect(resources).not.toHaveProperty('CustomDomain')
    expect(resources['HttpApi']?.Properties).not.toHaveProperty('DisableExecuteApiEndpoint')
    expect(core().outputs).not.toHaveProperty('CustomDomainTarget')
    expect(JSON.stringify(core().outputs['PublicUrl'])).toContain('.execute-api.')
  })
})
