import { attribute, type Resources, type Stack, type Value } from './stack.ts'

/** Days that logs are kept: long enough to look into a complaint, short enough to owe nobody old data. */
const retentionDays = 30

/** The log group of all functions of a stack: one to search, and one to count in. */
export function logGroupName({ stage, family }: Pick<Stack, 'stage' | 'family'>): string {
  return `/aws/lambda/gatehouse-${stage}-${family}`
}

/** The group that the functions of a stack write to; streams in it carry the function's name. */
export function functionLogGroup(stack: Stack): Resources {
  return { FunctionLogGroup: logGroup(logGroupName(stack)) }
}

/** A log group that forgets. */
export function logGroup(name: string): Resources[string] {
  return {
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: name, RetentionInDays: retentionDays },
  }
}

/** What the right to write into the functions' log group is given for. */
export const functionLogGroupArn: Value = attribute('FunctionLogGroup', 'Arn')
