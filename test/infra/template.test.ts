import { describe, expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { endpointsOf, type Functions, familiesOf, workersOf } from '../../infra/definitions.ts'
import { visibilitySeconds } from '../../infra/queues.ts'
import { routeTable } from '../../infra/routes.ts'
import { settingsOf } from '../../infra/settings.ts'
import { lambdaId } from '../../infra/stack.ts'
import { stackProblems, stackSize } from '../../infra/stack-limits.ts'
import { templateOf } from '../../infra/template.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { generatedFamily } from './fake-functions.ts'

const settings = settingsOf('test', functions, '/nowhere')
const stages = familiesOf(functions)

function template(family: string, all: Functions = functions, own = settings) {
  return templateOf({ stage: 'test', family, settings: own }, all)
}

function ofType(family: string, type: string) {
  return Object.values(template(family).resources).filter(({ Type }) => Type === type)
}

describe('together the stacks', () => {
  test('have every route of the table once', () => {
    const keys = stages.flatMap((family) =>
      ofType(family, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties['RouteKey']),
    )
    expect(keys.toSorted()).toEqual(
      routeTable(functions)
        .map(({ key }) => key)
        .toSorted(),
    )
  })

  test('have every function once, each with a route or a trigger', () => {
    const names = stages.flatMap((family) => Object.keys(template(family).functions))
    expect(names.toSorted()).toEqual(Object.keys(functions).toSorted())
    const all = JSON.stringify(stages.map((family) => Object.values(template(family).resources)))
    for (const name of names) expect(all).toContain(`"${lambdaId(name)}"`)
  })
})

describe('core', () => {
  const { resources, outputs } = template('core')

  test('has an API with one default stage that deploys itself', () => {
    expect(resources['HttpApi']?.Properties).toMatchObject({ ProtocolType: 'HTTP' })
    expect(resources['HttpApiStage']?.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
    })
  })

  test('lets a community through and a flood not', () => {
    const { DefaultRouteSettings: throttle } = resources['HttpApiStage']?.Properties ?? {}
    expect(throttle).toEqual({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 })
    // AWS refuses a stage that names a route which another stack makes later.
    expect(resources['HttpApiStage']?.Properties).not.toHaveProperty('RouteSettings')
  })

  test('sends CORS headers for configured origins only', () => {
    expect(resources['HttpApi']?.Properties).not.toHaveProperty('CorsConfiguration')
    const own = { ...settings, CORS_ORIGINS: 'https://a.example, https://b.example' }
    expect(template('core', functions, own).resources['HttpApi']?.Properties).toMatchObject({
      CorsConfiguration: { AllowOrigins: ['https://a.example', 'https://b.example'] },
    })
  })

  test.each(['HostQueue', 'PostQueue'])(
    'hides messages of %s as long as a worker may run',
    (queue) => {
      expect(resources[queue]?.Properties).toMatchObject({
        FifoQueue: true,
        VisibilityTimeout: visibilitySeconds,
        MessageRetentionPeriod: 1_209_600,
        SqsManagedSseEnabled: true,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] },
          maxReceiveCount: 1000,
        },
      })
      for (const { definition } of workersOf(functions)) {
        if (definition.trigger.kind !== 'queue') continue
        expect(definition.timeoutSeconds).toBeLessThanOrEqual(visibilitySeconds)
      }
    },
  )

  test('has a dead-letter queue that is FIFO like the queues that feed it', () => {
    expect(resources['DeadLetterQueue']?.Properties).toMatchObject({ FifoQueue: true })
  })

  test('wakes the queue workers for one message at a time and the sweeper every minute', () => {
    const sources = ofType('core', 'AWS::Lambda::EventSourceMapping')
    expect(sources.map(({ Properties }) => Properties['BatchSize'])).toEqual([1, 1])
    const atOnce = sources.map(({ Properties }) => Properties['ScalingConfig'])
    // One group is one message at a time; mails of many people would otherwise open many connections.
    expect(atOnce).toEqual([undefined, { MaximumConcurrency: 5 }])
    expect(ofType('core', 'AWS::Events::Rule')[0]?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
    })
  })

  test('exports what the other stacks import', () => {
    const imports = [
      ...JSON.stringify(stages.map((family) => template(family))).matchAll(
        /"Fn::ImportValue":"([^"]+)"/g,
      ),
    ].map(([, name]) => name)
    expect(imports.length).toBeGreaterThan(0)
    for (const name of imports) expect(JSON.stringify(outputs)).toContain(`"Name":"${name}"`)
  })
})

describe.each(stages)('stack %s', (family) => {
  const { functions: entries, resources } = template(family)
  const roles = Object.values(resources).filter(({ Type }) => Type === 'AWS::IAM::Role')

  test('grants no wildcard action and no wildcard resource', () => {
    expect(roles.length).toBeGreaterThan(0)
    for (const { Properties } of roles) expect(JSON.stringify(Properties)).not.toContain('*')
  })

  test('has one role for each set of rights', () => {
    const sets = roles.map(({ Properties }) =>
      JSON.stringify(Properties['Policies']).replace(/\["[^"]+LogGroup","Arn"\]/g, ''),
    )
    const withoutLogs = sets.map((set) => set.slice(set.indexOf('}]},')))
    expect(new Set(withoutLogs).size).toBe(roles.length)
  })

  test('holds no secret in any environment or output', () => {
    const text = JSON.stringify([
      Object.values(entries).map(({ environment }) => environment),
      template(family).outputs,
    ])
    expect(text).not.toMatch(/mongodb(\+srv)?:|PRIVATE KEY|discord\.com\/api|SECRET_ACCESS_KEY/)
  })

  test('gives each function the variables of its adapters and no others', () => {
    for (const [name, { environment }] of Object.entries(entries)) {
      const uses = Object.values(table[name]?.definition.uses ?? {})
      const known = uses.flatMap((adapter) => Object.keys(adapter?.settings.shape ?? {}))
      const readsSecrets = uses.some((adapter) => (adapter?.secrets ?? []).length > 0)
      const allowed = [...known, ...(readsSecrets ? ['SECRETS_PATH'] : [])]
      expect(allowed).toEqual(expect.arrayContaining(Object.keys(environment)))
    }
  })

  test('stays below the limits of AWS', () => {
    // osls adds each function, and a bucket with its policy.
    const size = stackSize(family, resources)
    expect(size.resources + Object.keys(entries).length + 2).toBeLessThan(450)
  })
})

const table: Functions = functions

test('functions that answer requests end before the gateway gives up', () => {
  const entries = stages.flatMap((family) => Object.entries(template(family).functions))
  const http = endpointsOf(functions).map(({ name }) => name)
  for (const [name, { timeout }] of entries) if (http.includes(name)) expect(timeout).toBe(28)
})

test('hashing gets a whole processor', () => {
  expect(template('community').functions['community-login']?.memorySize).toBe(1769)
})

test('the rights of /create_user are sending and reading its secrets', () => {
  const { functions: entries, resources } = template('community')
  const role =
    JSON.stringify(entries['community-create-user']?.role).match(/\{(\w+Role)\.Arn/)?.[1] ?? ''
  const actions = [...JSON.stringify(resources[role]?.Properties).matchAll(/"(\w+:\w+)"/g)]
  expect([...new Set(actions.map(([, action]) => action))].toSorted()).toEqual([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'sqs:SendMessage',
    'ssm:GetParameters',
    'sts:AssumeRole',
  ])
})

test('a setting without a value is named', () => {
  expect(() => template('core', functions, {})).toThrow(
    /Settings without a value: .*COMMUNITY_NAME/,
  )
})

describe('a family of 60 endpoints', () => {
  const large = generatedFamily('large', 60, { database: mongoDatabase, doorbell: sqsDoorbell })
  const { functions: entries, resources } = template('large', large)
  const size = stackSize('large', resources)

  test('fits into one stack', () => {
    expect(size).toMatchObject({ routes: 120, integrations: 60 })
    expect(size.resources + 60 + 2).toBeLessThan(450)
    expect(stackProblems([size])).toEqual([])
  })

  test('shares one role', () => {
    expect(new Set(Object.values(entries).map(({ role }) => JSON.stringify(role))).size).toBe(1)
  })

  test('is refused when the API would have more routes than AWS takes', () => {
    expect(stackProblems([size, size, size])).toEqual(['The API has 360 routes, more than 300.'])
  })
})
