import type { Settings } from './settings.ts'

/** A value of a template: plain data, or an intrinsic function as an object with one key. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value }

/** One resource of a template. */
export interface Resource {
  readonly Type: string
  readonly Properties: { readonly [key: string]: Value }
  readonly DependsOn?: string | readonly string[]
}

/** Resources by their logical names. */
export type Resources = Readonly<Record<string, Resource>>

/** Which stack a template is for. */
export interface Stack {
  readonly stage: string
  readonly family: string
  readonly settings: Settings
}

/** What `core` has and other stacks use: the name of the export, and what it is in `core` itself. */
const shared = {
  HttpApiId: { Ref: 'HttpApi' },
  HostQueueArn: attribute('HostQueue', 'Arn'),
  HostQueueUrl: { Ref: 'HostQueue' },
  PostQueueArn: attribute('PostQueue', 'Arn'),
  PostQueueUrl: { Ref: 'PostQueue' },
  DeadLetterQueueArn: attribute('DeadLetterQueue', 'Arn'),
  DeadLetterQueueUrl: { Ref: 'DeadLetterQueue' },
} as const satisfies Readonly<Record<string, Value>>

/** A part of `core`: as it is there, or imported. */
export function sharedValue(stack: Stack, name: keyof typeof shared): Value {
  if (stack.family === 'core') return shared[name]
  return { 'Fn::ImportValue': exportName(stack, name) }
}

/** Outputs of `core` that the other stacks import. */
export function sharedOutputs(stack: Stack): Readonly<Record<string, Value>> {
  const outputs = Object.entries(shared).map(([name, value]) => [
    name,
    { Value: value, Export: { Name: exportName(stack, name) } },
  ])
  return Object.fromEntries(outputs)
}

/** An attribute of a resource of the same template. */
export function attribute(resource: string, name: string): Value {
  return { 'Fn::GetAtt': [resource, name] }
}

/** A text with `${Name}` put in; `values` gives the names that are not pseudo parameters or resources. */
export function substitute(text: string, values: Readonly<Record<string, Value>> = {}): Value {
  return { 'Fn::Sub': Object.keys(values).length === 0 ? text : [text, values] }
}

/** A function's name in the account. */
export function lambdaName(stack: Stack, name: string): string {
  return `gatehouse-${stack.stage}-${name}`
}

/** The beginning of the logical names of a function's resources, as osls makes them. */
export function logicalName(name: string): string {
  const spelled = name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore')
  return spelled.charAt(0).toUpperCase() + spelled.slice(1)
}

/** The logical name of a function. */
export function lambdaId(name: string): string {
  return `${logicalName(name)}LambdaFunction`
}

function exportName({ stage }: Stack, name: string): string {
  return `gatehouse-${stage}-${name}`
}
