import { adaptersOf, type Functions } from './definitions.ts'
import { type Stack, sharedValue, substitute, type Value } from './stack.ts'

/** Variables that Lambda sets by itself and refuses in a template. */
const setByLambda = [
  'AWS_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
]

/** What the template says of the resources that it makes. */
const toldByTemplate = {
  SECRETS_PATH: secretsPath,
  HOST_QUEUE_URL: (stack: Stack) => sharedValue(stack, 'HostQueueUrl'),
  POST_QUEUE_URL: (stack: Stack) => sharedValue(stack, 'PostQueueUrl'),
  DEAD_LETTER_QUEUE_URL: (stack: Stack) => sharedValue(stack, 'DeadLetterQueueUrl'),
}

/** Variables that nobody can set: Lambda or the template gives them. */
export const computedNames: readonly string[] = [...setByLambda, ...Object.keys(toldByTemplate)]

/** The variables that the adapters of a function read, and no others. Throws when a value is nowhere set. */
export function environmentOf(
  stack: Stack,
  { definition: { uses } }: Functions[string],
): Readonly<Record<string, Value>> {
  const adapters = adaptersOf(uses)
  const shape = Object.assign({}, ...adapters.map(({ settings }) => settings.shape))
  const readsSecrets = adapters.some(({ secrets }) => secrets.length > 0)
  const names = [...Object.keys(shape), ...(readsSecrets ? ['SECRETS_PATH'] : [])]
  const known = valuesOf(stack)
  const wanted = names.filter((name) => !setByLambda.includes(name)).sort()
  const missing = wanted.filter((name) => !(name in known) && !isOptional(shape[name]))
  if (missing.length > 0) throw new Error(`Settings without a value: ${missing.join(', ')}`)
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const value = known[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** Where the secrets of a stage lie in the parameter store. */
export function secretsPath({ stage }: Stack): string {
  return `/gatehouse/${stage}/`
}

/** Without a domain of its own, an installation is reached under the address that the API has. */
export function publicAddress(stack: Stack): Value {
  const own = substitute('https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}', {
    Api: sharedValue(stack, 'HttpApiId'),
  })
  return stack.settings['PUBLIC_URL'] ?? own
}

function valuesOf(stack: Stack): Readonly<Record<string, Value>> {
  const told = Object.entries(toldByTemplate).map(([name, tell]) => [name, tell(stack)])
  return {
    ...stack.settings,
    PUBLIC_URL: publicAddress(stack),
    ...Object.fromEntries(told),
  }
}

function isOptional(schema: { safeParse(value: undefined): { success: boolean } }): boolean {
  return schema.safeParse(undefined).success
}
