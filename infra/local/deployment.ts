/** What would be deployed, read from the packaged templates alone: nothing here knows `functions/`. */
import { join } from 'node:path'
import * as z from 'zod'
import type { Route } from '../routes.ts'
import type { CorsSettings } from './cors.ts'
import {
  type FoundResource,
  type PhysicalNames,
  readStacks,
  resolveText,
  resourcesOf,
  type StackTemplate,
} from './stack-templates.ts'

/** One function of the templates. */
export interface DeployedFunction {
  readonly name: string
  /** Where `unpack` has put the contents of its archive. */
  readonly folder: string
  readonly handler: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  /** Its variables, with the names that resources have here. */
  environment(names: PhysicalNames): Readonly<Record<string, string>>
}

/** A queue of the templates, by its logical name, and the function that it wakes. */
export interface DeployedSource {
  readonly queue: string
  readonly functionName: string
  readonly visibilitySeconds: number
}

/** Everything that the local parts need to play AWS for these templates. */
export interface Deployment {
  readonly functions: ReadonlyMap<string, DeployedFunction>
  readonly routes: readonly Route[]
  readonly cors: CorsSettings | undefined
  readonly gatewaySeconds: number
  readonly sources: readonly DeployedSource[]
  readonly schedules: ReadonlyArray<{
    readonly functionName: string
    readonly everySeconds: number
  }>
  /** Functions that a topic calls. */
  readonly subscribers: readonly string[]
}

/** Reads the templates of `folder`; the archives are taken as unpacked in `codeFolder`, by function name. */
export async function readDeployment(folder: string, codeFolder: string): Promise<Deployment> {
  const stacks = await readStacks(folder)
  const functions = resourcesOf(stacks, 'AWS::Lambda::Function').map((found) => ({
    id: found.id,
    one: toFunction(found, stacks, codeFolder),
  }))
  const nameOfId = new Map(functions.map(({ id, one }) => [id, one.name]))
  const told: Telling = {
    stacks,
    functionName: (value, stack) => {
      const id = resolveText(value, { stacks, stack })
      const name = nameOfId.get(id)
      if (name === undefined) throw new Error(`${id} is no function of any stack.`)
      return name
    },
  }
  return {
    functions: new Map(functions.map(({ one }) => [one.name, one])),
    ...gatewayOf(told),
    ...triggersOf(told),
  }
}

interface Telling {
  readonly stacks: readonly StackTemplate[]
  functionName(value: unknown, stack: StackTemplate): string
}

const functionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.literal('nodejs24.x'),
  Timeout: z.int(),
  MemorySize: z.int(),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
})

function toFunction(
  { properties, stack }: FoundResource,
  stacks: readonly StackTemplate[],
  codeFolder: string,
): DeployedFunction {
  const { Code, Handler, Timeout, MemorySize, Environment } = functionSchema.parse(properties)
  const name = /([\w-]+)\.zip$/.exec(Code.S3Key)?.[1] ?? Code.S3Key
  const variables = Object.entries(Environment?.Variables ?? {})
  return {
    name,
    folder: join(codeFolder, name),
    handler: Handler,
    timeoutSeconds: Timeout,
    memoryMegabytes: MemorySize,
    environment: (names) =>
      Object.fromEntries(
        variables.map(([key, value]) => [key, resolveText(value, { stacks, stack, names })]),
      ),
  }
}

const routeSchema = z.object({ RouteKey: z.string(), Target: z.unknown() })
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.unknown(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.int().max(30_000),
})
const corsSchema = z.object({
  AllowOrigins: z.array(z.string()),
  AllowMethods: z.array(z.string()),
  AllowHeaders: z.array(z.string()),
  ExposeHeaders: z.array(z.string()),
  MaxAge: z.int(),
})

function gatewayOf(told: Telling): Pick<Deployment, 'routes' | 'cors' | 'gatewaySeconds'> {
  const { stacks } = told
  const allowed = callersOf(told, 'apigateway.amazonaws.com')
  const integrations = new Map(
    resourcesOf(stacks, 'AWS::ApiGatewayV2::Integration').map(({ id, properties, stack }) => {
      const { IntegrationUri, TimeoutInMillis } = integrationSchema.parse(properties)
      const functionName = told.functionName(IntegrationUri, stack)
      if (!allowed.has(functionName)) throw new Error(`The API may not call ${functionName}.`)
      return [`integrations/${id}`, { functionName, seconds: TimeoutInMillis / 1000 }]
    }),
  )
  const routes = resourcesOf(stacks, 'AWS::ApiGatewayV2::Route').map(({ properties, stack }) => {
    const { RouteKey, Target } = routeSchema.parse(properties)
    const target = resolveText(Target, { stacks, stack })
    const functionName = integrations.get(target)?.functionName
    if (functionName === undefined)
      throw new Error(`${RouteKey} leads to ${target}, which is not there.`)
    return { key: RouteKey, functionName }
  })
  const seconds = [...integrations.values()].map((one) => one.seconds)
  return { routes, cors: corsOf(stacks), gatewaySeconds: Math.min(...seconds) }
}

function corsOf(stacks: readonly StackTemplate[]): CorsSettings | undefined {
  const [api] = resourcesOf(stacks, 'AWS::ApiGatewayV2::Api')
  const configuration = api?.properties['CorsConfiguration']
  if (configuration === undefined) return undefined
  const read = corsSchema.parse(configuration)
  return {
    origins: read.AllowOrigins,
    methods: read.AllowMethods,
    headers: read.AllowHeaders,
    exposedHeaders: read.ExposeHeaders,
    maxAgeSeconds: read.MaxAge,
  }
}

/** Functions that a service of AWS has been given leave to call. */
function callersOf({ stacks, functionName }: Telling, service: string): ReadonlySet<string> {
  const permissions = resourcesOf(stacks, 'AWS::Lambda::Permission')
  const ofService = permissions.filter(({ properties }) => properties['Principal'] === service)
  return new Set(
    ofService.map(({ properties, stack }) => functionName(properties['FunctionName'], stack)),
  )
}

const sourceSchema = z.object({
  EventSourceArn: z.unknown(),
  FunctionName: z.unknown(),
  BatchSize: z.literal(1),
  Enabled: z.literal(true),
})
const ruleSchema = z.object({
  ScheduleExpression: z.string().regex(/^rate\(\d+ minutes?\)$/),
  State: z.literal('ENABLED'),
  Targets: z.tuple([z.object({ Arn: z.unknown() })]),
})

function triggersOf(told: Telling): Pick<Deployment, 'sources' | 'schedules' | 'subscribers'> {
  const { stacks, functionName } = told
  const sources = resourcesOf(stacks, 'AWS::Lambda::EventSourceMapping')
  const rules = resourcesOf(stacks, 'AWS::Events::Rule')
  const subscriptions = resourcesOf(stacks, 'AWS::SNS::Subscription')
  const visible = z.object({ VisibilityTimeout: z.int() })
  return {
    sources: sources.map(({ properties, stack }) => {
      const { EventSourceArn, FunctionName } = sourceSchema.parse(properties)
      const queue = resolveText(EventSourceArn, { stacks, stack })
      const { VisibilityTimeout } = visible.parse(stack.Resources[queue]?.Properties)
      const name = functionName(FunctionName, stack)
      return { queue, functionName: name, visibilitySeconds: VisibilityTimeout }
    }),
    schedules: rules.map(({ properties, stack }) => {
      const { ScheduleExpression, Targets } = ruleSchema.parse(properties)
      const name = callable(told, 'events.amazonaws.com', functionName(Targets[0].Arn, stack))
      return { functionName: name, everySeconds: Number(/\d+/.exec(ScheduleExpression)) * 60 }
    }),
    subscribers: subscriptions
      .filter(({ properties }) => properties['Protocol'] === 'lambda')
      .map(({ properties, stack }) =>
        callable(told, 'sns.amazonaws.com', functionName(properties['Endpoint'], stack)),
      ),
  }
}

function callable(told: Telling, service: string, name: string): string {
  if (callersOf(told, service).has(name)) return name
  throw new Error(`${service} may not call ${name}.`)
}
