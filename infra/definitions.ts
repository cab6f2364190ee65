import type { Uses } from '../lib/adapters/adapter.ts'
import type { EndpointDefinition } from '../lib/http/definition.ts'
import type { WorkerDefinition } from '../lib/http/worker.ts'

/** The table of functions/index.ts, as far as infra reads it. */
export type Functions = Readonly<
  Record<string, { readonly definition: EndpointDefinition | WorkerDefinition }>
>

/** A function of the table under its name. */
export interface Named<Definition> {
  readonly name: string
  readonly definition: Definition
}

/** Answers everything that no route matches; it is declared as an endpoint but has no route of its own. */
export const fallbackName = 'service-fallback'

/** Endpoints that have routes, in the table's order. */
export function endpointsOf(functions: Functions): ReadonlyArray<Named<EndpointDefinition>> {
  return httpFunctionsOf(functions).filter(({ name }) => name !== fallbackName)
}

/** Endpoints and the fallback: everything that the gateway calls. */
export function httpFunctionsOf(functions: Functions): ReadonlyArray<Named<EndpointDefinition>> {
  return Object.entries(functions).flatMap(([name, { definition }]) =>
    'trigger' in definition ? [] : [{ name, definition }],
  )
}

/** Functions that no request reaches, in the table's order. */
export function workersOf(functions: Functions): ReadonlyArray<Named<WorkerDefinition>> {
  return Object.entries(functions).flatMap(([name, { definition }]) =>
    'trigger' in definition ? [{ name, definition }] : [],
  )
}

/** The adapters that a function opens. */
export function adaptersOf(uses: Uses): ReadonlyArray<NonNullable<Uses[keyof Uses]>> {
  return Object.values(uses).filter((adapter) => adapter !== undefined)
}

/** The stack of a function: `service` and `workers` belong to `core` (design.md 9). */
export function familyOf(name: string): string {
  const family = name.split('-')[0] ?? name
  return family === 'service' || family === 'workers' ? 'core' : family
}

/** Every stack, `core` first. */
export function familiesOf(functions: Functions): readonly string[] {
  return [...new Set(['core', ...Object.keys(functions).map(familyOf)])]
}
