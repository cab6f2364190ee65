import type { Functions } from './definitions.ts'
import { functionLogGroupArn } from './log-groups.ts'
import { type Right, rightsOf } from './rights.ts'
import { logicalName, type Resources, type Stack, type Value } from './stack.ts'

/** Roles of a stack, and which function has which. */
export interface Roles {
  readonly resources: Resources
  readonly roleOf: ReadonlyMap<string, string>
}

/** One role for each distinct set of rights, named after the first function that has it. */
export function rolesOf(stack: Stack, functions: Functions): Roles {
  const groups = Map.groupBy(Object.keys(functions), (name) =>
    JSON.stringify(functions[name] ? rightsOf(stack, functions[name]) : []),
  )
  const roles = [...groups.values()].map((names) => ({ id: roleId(names), names }))
  const resources = roles.map(({ id, names }) => [id, role(rightsOfFirst(stack, functions, names))])
  const roleOf = roles.flatMap(({ id, names }) => names.map((name) => [name, id] as const))
  return { resources: Object.fromEntries(resources), roleOf: new Map(roleOf) }
}

function roleId([first = '']: readonly string[]): string {
  return `${logicalName(first)}Role`
}

function rightsOfFirst(stack: Stack, functions: Functions, [first = '']: readonly string[]) {
  const definition = functions[first]
  return definition ? rightsOf(stack, definition) : []
}

function role(rights: readonly Right[]): Resources[string] {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'rights',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [logStatement(), ...statements(rights)],
          },
        },
      ],
    },
  }
}

/** Writing to the log group that the template makes; the streams in it are named by Lambda as it goes. */
function logStatement(): Value {
  return {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: [functionLogGroupArn],
  }
}

function statements(rights: readonly Right[]): readonly Value[] {
  const byAction = Map.groupBy(rights, ({ action }) => action)
  return [...byAction].map(([action, these]) => ({
    Effect: 'Allow',
    Action: [action],
    Resource: these.map(({ resource }) => resource),
  }))
}
