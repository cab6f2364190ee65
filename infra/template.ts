import { apiResources, routeResources } from './api.ts'
import { type Functions, familyOf } from './definitions.ts'
import { type FunctionEntry, functionEntries } from './functions.ts'
import { mailEventResources } from './mail-events.ts'
import { queueResources } from './queues.ts'
import { rolesOf } from './roles.ts'
import { type Resources, type Stack, sharedOutputs, type Value } from './stack.ts'
import { triggerResources } from './triggers.ts'

/** Everything that one stack consists of, besides what osls makes of each function itself. */
export interface Template {
  readonly functions: Readonly<Record<string, FunctionEntry>>
  readonly resources: Resources
  readonly outputs: Readonly<Record<string, Value>>
}

/** The stack of one family: `core` makes the API, queues and triggers, the others join by its exports. */
export function templateOf(stack: Stack, all: Functions): Template {
  const functions = functionsOf(stack.family, all)
  const roles = rolesOf(stack, functions)
  return {
    functions: functionEntries(stack, functions, roles),
    resources: {
      ...(stack.family === 'core' ? coreResources(stack) : {}),
      ...roles.resources,
      ...routeResources(stack, functions),
      ...triggerResources(functions),
    },
    outputs: stack.family === 'core' ? sharedOutputs(stack) : {},
  }
}

function coreResources(stack: Stack): Resources {
  return { ...apiResources(stack), ...queueResources(stack), ...mailEventResources(stack) }
}

function functionsOf(family: string, all: Functions): Functions {
  return Object.fromEntries(Object.entries(all).filter(([name]) => familyOf(name) === family))
}
