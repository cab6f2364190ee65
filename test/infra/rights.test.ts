import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { functions } from '../../functions/index.ts'
import { adaptersOf, type Functions, familiesOf, familyOf } from '../../infra/definitions.ts'
import { settingsOf } from '../../infra/settings.ts'
import { templateOf } from '../../infra/template.ts'
import type { AnyAdapter } from '../../lib/adapters/adapter.ts'
import { discordChat } from '../../lib/adapters/discord.ts'
import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { matrix } from '../../lib/adapters/matrix/matrix.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { sesMailer } from '../../lib/adapters/ses.ts'
import { sqsDoorbell, sqsWorkerDoorbell } from '../../lib/adapters/sqs.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'

const table: Functions = functions
const settings = {
  ...settingsOf('test', functions, '/nowhere'),
  MAIL_SENDER: 'gatehouse@a.example',
}
const templates = new Map(
  familiesOf(functions).map((family) => [
    family,
    templateOf({ stage: 'test', family, settings }, functions),
  ]),
)

const ssm = (name: string) => `ssm:GetParameters parameter/gatehouse/test/${name}`
const rings = ['sqs:SendMessage HostQueue', 'sqs:SendMessage PostQueue']

/** What each adapter may do, written down once more: an adapter that is not here may do nothing. */
const rightsOfAdapter = new Map<AnyAdapter, readonly string[]>([
  [mongoDatabase, [ssm('mongodb-uri')]],
  [mongoLookup, [ssm('mongodb-uri'), ssm('sealing-keys')]],
  [matrix, [ssm('matrix-admin')]],
  [ringSealer, [ssm('sealing-keys')]],
  [ringSigner, [ssm('signing-keys')]],
  [sshHost, [ssm('ssh-key'), ssm('ssh-host-keys')]],
  [discordChat, [ssm('discord-webhook')]],
  [sqsDoorbell, rings],
  [
    sqsWorkerDoorbell,
    [
      ...rings,
      'sqs:ChangeMessageVisibility HostQueue',
      'sqs:ChangeMessageVisibility PostQueue',
      'sqs:SendMessage DeadLetterQueue',
    ],
  ],
  [
    sesMailer,
    [
      'ses:SendEmail identity/a.example',
      'ses:SendEmail configuration-set/gatehouse-test-mail-events',
    ],
  ],
])

const log = ['logs:CreateLogStream FunctionLogGroup', 'logs:PutLogEvents FunctionLogGroup']

/** What a function needs: what its adapters may do, its log, and its queue where one wakes it. */
function wantedRights({ definition }: Functions[string]): readonly string[] {
  const used = adaptersOf(definition.uses).flatMap((one) => rightsOfAdapter.get(one) ?? [])
  return [...new Set([...log, ...used, ...queueRights(definition)])].toSorted()
}

function queueRights(definition: Functions[string]['definition']): readonly string[] {
  if (!('trigger' in definition) || definition.trigger.kind !== 'queue') return []
  const queue = definition.trigger.lane === 'host' ? 'HostQueue' : 'PostQueue'
  const actions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']
  return actions.map((action) => `sqs:${action} ${queue}`)
}

const roleSchema = z.object({
  AssumeRolePolicyDocument: z.object({
    Statement: z.tuple([
      z.object({
        Principal: z.strictObject({ Service: z.literal('lambda.amazonaws.com') }),
        Action: z.literal('sts:AssumeRole'),
      }),
    ]),
  }),
  Policies: z.tuple([
    z.object({
      PolicyDocument: z.object({
        Statement: z.array(
          z.strictObject({
            Effect: z.literal('Allow'),
            Action: z.array(z.string()),
            Resource: z.array(z.unknown()),
          }),
        ),
      }),
    }),
  ]),
})

/** What the role of a function allows, each as `action resource`. */
function givenRights(name: string): readonly string[] {
  const template = templates.get(familyOf(name))
  const role = /\{(\w+)\.Arn\}/.exec(JSON.stringify(template?.functions[name]?.role))?.[1] ?? ''
  const { Policies } = roleSchema.parse(template?.resources[role]?.Properties)
  const [{ PolicyDocument }] = Policies
  const rights = PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resourceName(resource)}`)),
  )
  return rights.toSorted()
}

const getAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })
const imported = z.object({ 'Fn::ImportValue': z.string() })
const arn = z.object({ 'Fn::Sub': z.string() })

function resourceName(resource: unknown): string {
  const own = getAtt.safeParse(resource).data?.['Fn::GetAtt'][0]
  const other = imported.safeParse(resource).data?.['Fn::ImportValue']
  const text = arn.safeParse(resource).data?.['Fn::Sub']
  const name = own ?? other?.replace(/^gatehouse-test-(\w+)Arn$/, '$1') ?? text?.split(':').at(-1)
  return name ?? JSON.stringify(resource)
}

describe('the role of each function', () => {
  test.each(Object.keys(functions))('%s holds exactly what its definition uses', (name) => {
    const definition = table[name]
    expect(definition).toBeDefined()
    if (definition) expect(givenRights(name)).toEqual(wantedRights(definition))
  })

  test('names every resource, and none by a wildcard', () => {
    for (const name of Object.keys(functions)) {
      for (const right of givenRights(name)) expect(right).toMatch(/^[a-z]+:[A-Za-z]+ [\w/.-]+$/)
    }
  })
})

test('the mail service and the host are each for one kind of worker', () => {
  const holders = (text: string) =>
    Object.keys(functions).filter((name) => givenRights(name).some((right) => right.includes(text)))
  expect(holders('ses:')).toEqual(['workers-run-post-tasks'])
  expect(holders('ssh-key')).toEqual(['workers-run-host-tasks', 'workers-read-host-names'])
  expect(holders('discord-webhook')).toEqual(['workers-run-post-tasks'])
})
