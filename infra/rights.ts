import type { Grant } from '../lib/adapters/adapter.ts'
import { adaptersOf, type Functions } from './definitions.ts'
import { secretsPath } from './environment.ts'
import { mailEventsName } from './mail-events.ts'
import { type Stack, sharedValue, substitute, type Value } from './stack.ts'

/** One right of a role: actions on exactly named resources. */
export interface Right {
  readonly action: string
  readonly resource: Value
}

/** What a function may do, besides writing its own log: what its adapters name, and taking messages of its queue. */
export function rightsOf(stack: Stack, { definition }: Functions[string]): readonly Right[] {
  const adapters = adaptersOf(definition.uses)
  const secrets = [...new Set(adapters.flatMap((adapter) => adapter.secrets))]
  const granted = adapters
    .flatMap(({ grants }) => grants)
    .flatMap(({ action, resource }) =>
      arnsOf(stack, resource).map((arn) => ({ action, resource: arn })),
    )
  // Decrypting with the account's own key for parameters needs no right of its own.
  const reading = secrets.map((name) => ({
    action: 'ssm:GetParameters',
    resource: parameterArn(stack, name),
  }))
  return sortedOnce([...granted, ...reading, ...queueRights(stack, definition)])
}

function queueRights(stack: Stack, definition: Functions[string]['definition']): readonly Right[] {
  if (!('trigger' in definition) || definition.trigger.kind !== 'queue') return []
  const queue = definition.trigger.lane === 'host' ? 'HostQueueArn' : 'PostQueueArn'
  const resource = sharedValue(stack, queue)
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
  return actions.map((action) => ({ action, resource }))
}

type GrantedResource = Grant['resource']

function arnsOf(stack: Stack, resource: GrantedResource): readonly Value[] {
  if (resource === 'Secrets') throw new Error('An adapter names its secrets under `secrets`.')
  if (resource === 'MailIdentity') return mailArns(stack)
  return [sharedValue(stack, `${resource}Arn`)]
}

/** The sender's domain is what is verified with the mail service, and it names the set that tells of bounces. */
function mailArns({ stage, settings }: Stack): readonly Value[] {
  const domain = (settings['MAIL_SENDER'] ?? '').replace(/^.*@/, '').replace(/>$/, '')
  const service = 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}'
  return [
    substitute(`${service}:identity/${domain}`),
    substitute(`${service}:configuration-set/${mailEventsName(stage)}`),
  ]
}

function parameterArn(stack: Stack, name: string): Value {
  const path = `parameter${secretsPath(stack)}${name}`
  return substitute(`arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:${path}`)
}

function sortedOnce(rights: readonly Right[]): readonly Right[] {
  const byText = new Map(rights.map((right) => [JSON.stringify(right), right]))
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, right]) => right)
}
