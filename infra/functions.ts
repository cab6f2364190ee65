import type { EndpointDefinition } from '../lib/http/definition.ts'
import { buildFolder } from './build-folder.ts'
import type { Functions } from './definitions.ts'
import { environmentOf } from './environment.ts'
import { logGroupName } from './log-groups.ts'
import type { Roles } from './roles.ts'
import { lambdaName, type Stack, substitute, type Value } from './stack.ts'

/** A function as osls takes it; it has no events, because its routes and triggers are resources of ours. */
export interface FunctionEntry {
  readonly name: string
  readonly description: string
  readonly handler: string
  readonly role: Value
  readonly timeout: number
  readonly memorySize: number
  readonly environment: Readonly<Record<string, Value>>
  /** osls makes no log group for each function: all of a stack share one. */
  readonly disableLogs: true
  readonly logs: { readonly logGroup: string }
  readonly package: { readonly patterns: readonly string[] }
}

/** Seconds below the gateway's 30, so that an answer about a time-out is still ours. */
const httpTimeoutSeconds = 28

/** Megabytes; 1,769 are one whole processor, and hashing needs it (aws.md 3.3). */
export const memory = { small: 512, hashing: 1769 } as const

/** The functions of a stack by name. */
export function functionEntries(
  stack: Stack,
  functions: Functions,
  roles: Roles,
): Readonly<Record<string, FunctionEntry>> {
  const entries = Object.entries(functions).map(([name, handler]) => {
    // Beside an attribute, osls would write down a dependency that the attribute itself says already.
    const role = substitute(`\${${roles.roleOf.get(name)}.Arn}`)
    return [name, { ...entry(stack, name, handler), role }]
  })
  return Object.fromEntries(entries)
}

function entry(
  stack: Stack,
  name: string,
  handler: Functions[string],
): Omit<FunctionEntry, 'role'> {
  const { definition } = handler
  const folder = `${buildFolder}/${name}`
  return {
    name: lambdaName(stack, name),
    description: definition.summary.slice(0, 256),
    handler: `${folder}/index.handler`,
    ...('trigger' in definition
      ? { timeout: definition.timeoutSeconds, memorySize: definition.memoryMegabytes }
      : { timeout: httpTimeoutSeconds, memorySize: memoryOf(definition) }),
    environment: environmentOf(stack, handler),
    disableLogs: true,
    logs: { logGroup: logGroupName(stack) },
    package: { patterns: ['!**', `${folder}/**`, '!**/*.map'] },
  }
}

function memoryOf({ size }: EndpointDefinition): number {
  return memory[size ?? 'small']
}
