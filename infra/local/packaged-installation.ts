import type { InvocationContext } from '../../lib/http/event.ts'
import { awsNames } from './aws-names.ts'
import type { DeployedFunction, Deployment } from './deployment.ts'
import { type FunctionPool, newFunctionPool } from './function-process.ts'
import type { Installation } from './installation.ts'

/** The packaged functions of one installation. */
export interface PackagedFunctions {
  invoke(name: string, event: unknown, context: InvocationContext): Promise<unknown>
  /** Names of the functions that were called at least once. */
  called(): readonly string[]
  stop(): Promise<void>
}

/** Where the packaged functions of one installation run, and who hears what they write. */
export interface PackagedGround {
  readonly deployment: Deployment
  /** The stage that was packaged; the installation's name takes its place. */
  readonly stage: string
  readonly installation: Installation
  readonly onLine: (line: string) => void
}

/** Serves an installation with packaged functions; each process starts with the first call that needs it. */
export function openPackages(ground: PackagedGround): PackagedFunctions {
  const pools = new Map<string, FunctionPool>()
  const open = (name: string) => {
    const deployed = ground.deployment.functions.get(name)
    if (deployed === undefined) throw new Error(`No template has a function "${name}".`)
    const environment = environmentOf(ground, deployed)
    return newFunctionPool({ deployed, environment, onLine: ground.onLine })
  }
  return {
    invoke: (name, event, context) => {
      const pool = pools.get(name) ?? open(name)
      pools.set(name, pool)
      return pool.invoke(event, context)
    },
    called: () => [...pools.keys()],
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()))
    },
  }
}

/**
 * The variables that the template names, and no others, besides those that Lambda sets itself. A setting has
 * the installation's value, because every stage has its own; what the template makes is resolved.
 */
function environmentOf(
  { stage, installation }: Omit<PackagedGround, 'onLine'>,
  deployed: DeployedFunction,
): Readonly<Record<string, string>> {
  const { queueUrls, environment: own } = installation
  const told = deployed.environment({
    HostQueue: queueUrls.host,
    PostQueue: queueUrls.post,
    DeadLetterQueue: queueUrls.dead,
  })
  // What the installation does not have is missing here too, whatever example the template shows.
  const wanted = Object.entries(told).filter(([name]) => name in own)
  const variables = wanted.map(([name, value]) => {
    if (name.endsWith('_QUEUE_URL')) return [name, value]
    if (name === 'SECRETS_PATH')
      return [name, value.replace(`/${stage}/`, `/${installation.name}/`)]
    return [name, own[name] ?? value]
  })
  return { ...Object.fromEntries(variables), ...setByLambda(deployed), ...addressesOf(own) }
}

/** What Lambda itself gives every function; nothing else of this machine's environment reaches it. */
function setByLambda({ name, folder, handler, memoryMegabytes }: DeployedFunction) {
  const { region, credentials } = awsNames
  return {
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: handler,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: 'local',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
  }
}

/** On AWS the services are found by name; here they are on ports. */
function addressesOf(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const addresses = Object.entries(own).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL_'))
  return Object.fromEntries(addresses)
}
