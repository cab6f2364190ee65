import { alarmAdvice } from './alarm-advice.ts'
import { alarmTable } from './alarm-table.ts'
import type { Functions } from './definitions.ts'
import type { Resource, Resources, Stack, Value } from './stack.ts'

/** Which number an alarm looks at. */
interface Metric {
  readonly namespace: string
  readonly metric: string
  readonly dimensions?: Readonly<Record<string, Value>>
}

/** One alarm: its number, and past what it rings. */
export interface Alarm {
  readonly name: string
  /** What it means, for whoever gets the mail; what to do stands in `alarmAdvice`. */
  readonly meaning: string
  readonly of: Metric
  readonly statistic: 'Sum' | 'Average' | 'Maximum' | 'p95'
  readonly above?: number
  readonly atLeast?: number
  readonly below?: number
  readonly periodSeconds?: number
  /** In so many of so many periods; one of one unless told. */
  readonly periods?: readonly [matching: number, looked: number]
  /** Silence is itself the alarm. */
  readonly ringsWhenSilent?: true
}

function alarmName({ stage }: Stack, name: string): string {
  return `gatehouse-${stage}-${name}`
}

/** Every alarm of an installation, and the topic that mails them to the setting ALARM_ADDRESS. */
export function alarmResources(stack: Stack, functions: Functions): Resources {
  const alarms = alarmTable(stack, functions).map((alarm) => [
    `${pascal(alarm.name)}Alarm`,
    alarmResource(stack, alarm),
  ])
  return { ...topicResources(stack), ...Object.fromEntries(alarms) }
}

function topicResources({ stage, settings }: Stack): Resources {
  const topic = { Ref: 'AlarmTopic' }
  return {
    AlarmTopic: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: `gatehouse-${stage}-alarms` },
    },
    AlarmTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [topic],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: topic,
              Condition: { StringEquals: { 'AWS:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
      },
    },
    AlarmSubscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: topic,
        Protocol: 'email',
        Endpoint: settings['ALARM_ADDRESS'] ?? '',
      },
    },
  }
}

function alarmResource(stack: Stack, alarm: Alarm): Resource {
  const { of, statistic, periods: [matching, looked] = [1, 1], periodSeconds = 300 } = alarm
  const dimensions = Object.entries(of.dimensions ?? {})
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: alarmName(stack, alarm.name),
      AlarmDescription: `${alarm.meaning} ${adviceOf(stack, alarm)}`,
      Namespace: of.namespace,
      MetricName: of.metric,
      Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
      ...(statistic === 'p95' ? { ExtendedStatistic: 'p95' } : { Statistic: statistic }),
      Period: periodSeconds,
      EvaluationPeriods: looked,
      DatapointsToAlarm: matching,
      ...thresholdOf(alarm),
      TreatMissingData: alarm.ringsWhenSilent ? 'breaching' : 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
    },
  }
}

function adviceOf({ stage }: Stack, { name }: Alarm): string {
  return (alarmAdvice[name] ?? '').replaceAll('STAGE', stage).replaceAll('`', '')
}

/** The part of the README about alarms: a paragraph each. */
export function alarmSection(functions: Functions): string {
  const stack = { stage: 'STAGE', family: 'core', settings: {} }
  return alarmTable(stack, functions)
    .map(({ name, meaning }) => `**${name}.** ${meaning} ${alarmAdvice[name] ?? ''}`)
    .join('\n\n')
}

function thresholdOf({ above, atLeast, below }: Alarm): Readonly<Record<string, Value>> {
  if (atLeast !== undefined) {
    return { Threshold: atLeast, ComparisonOperator: 'GreaterThanOrEqualToThreshold' }
  }
  if (below !== undefined) return { Threshold: below, ComparisonOperator: 'LessThanThreshold' }
  return { Threshold: above ?? 0, ComparisonOperator: 'GreaterThanThreshold' }
}

/** The address of an alarm, for the dashboard. */
export function alarmArn(stack: Stack, name: string): string {
  const service = 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}'
  return `${service}:alarm:${alarmName(stack, name)}`
}

function pascal(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
