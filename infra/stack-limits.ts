/** What one stack consists of, by the kinds that AWS limits. */
export interface StackSize {
  readonly family: string
  readonly resources: number
  readonly routes: number
  readonly integrations: number
}

/** Below CloudFormation's 500 resources a stack; an HTTP API takes 300 routes and 300 integrations (aws.md 1.2). */
const limits = { resources: 450, routes: 300, integrations: 300 } as const

/** Counts a template's resources. */
export function stackSize(
  family: string,
  resources: Readonly<Record<string, { readonly Type: string }>>,
): StackSize {
  const types = Object.values(resources).map(({ Type }) => Type)
  return {
    family,
    resources: types.length,
    routes: types.filter((type) => type === 'AWS::ApiGatewayV2::Route').length,
    integrations: types.filter((type) => type === 'AWS::ApiGatewayV2::Integration').length,
  }
}

/** Sentences about what is too large: each stack for itself, routes and integrations of all together. */
export function stackProblems(sizes: readonly StackSize[]): readonly string[] {
  const tooLarge = sizes
    .filter(({ resources }) => resources > limits.resources)
    .map(
      ({ family, resources }) =>
        `${family} has ${resources} resources, more than ${limits.resources}.`,
    )
  const together = (['routes', 'integrations'] as const).flatMap((kind) => {
    const sum = sizes.reduce((total, size) => total + size[kind], 0)
    return sum > limits[kind] ? [`The API has ${sum} ${kind}, more than ${limits[kind]}.`] : []
  })
  return [...tooLarge, ...together]
}

/** The sizes as lines of a table. */
export function stackTable(sizes: readonly StackSize[]): string {
  return sizes
    .map(
      ({ family, resources, routes, integrations }) =>
        `${family.padEnd(14)} ${resources} resources, ${routes} routes, ${integrations} integrations`,
    )
    .join('\n')
}
