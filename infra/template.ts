import { alarmResources } from './alarms.ts'
import { apiResources, routeResources } from './api.ts'
import { customDomainOutputs, customDomainResources } from './custom-domain.ts'
import { dashboardResources } from './dashboard.ts'
import { type Functions, familyOf } from './definitions.ts'
import { publicAddress } from './environment.ts'
import { type FunctionEntry, functionEntries } from './functions.ts'
import { functionLogGroup } from './log-groups.ts'
import { mailEventResources } from './mail-events.ts'
import { metricFilters } from './metrics.ts'
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
      ...(stack.family === 'core' ? coreResources(stack, all) : {}),
      ...functionLogGroup(stack),
      ...metricFilters(stack),
      ...roles.resources,
      ...routeResources(stack, functions),
      ...triggerResources(functions),
    },
    outputs:
      stack.family === 'core'
        ? { ...sharedOutputs(stack), ...addressOutput(stack), ...customDomainOutputs(stack) }
        : {},
  }
}

function addressOutput(stack: Stack): Template['outputs'] {
  return {
    PublicUrl: { Description: 'Where people find it: PUBLIC_URL', Value: publicAddress(stack) },
  }
}

function coreResources(stack: Stack, all: Functions): Resources {
  return {
    ...apiResources(stack),
    ...customDomainResources(stack),
    ...queueResources(stack),
    ...mailEventResources(stack),
    ...alarmResources(stack, all),
    ...dashboardResources(stack, all),
  }
}

function functionsOf(family: string, all: Functions): Functions {
  return Object.fromEntries(Object.entries(all).filter(([name]) => familyOf(name) === family))
}
