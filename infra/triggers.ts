import type { WorkerDefinition } from '../lib/http/worker.ts'
import { type Functions, type Named, workersOf } from './definitions.ts'
import { attribute, lambdaId, logicalName, type Resource, type Resources } from './stack.ts'

/** What wakes the workers: queues, a clock, the mail service. */
export function triggerResources(functions: Functions): Resources {
  return Object.assign({}, ...workersOf(functions).map(trigger))
}

function trigger({ name, definition }: Named<WorkerDefinition>): Resources {
  const { trigger } = definition
  switch (trigger.kind) {
    case 'queue':
      return fromQueue(name, trigger.lane === 'host' ? 'HostQueue' : 'PostQueue')
    case 'schedule':
      return fromClock(name, trigger.everyMinutes)
    case 'topic':
      return fromTopic(name)
    default:
      return trigger satisfies never
  }
}

/**
 * Mails that are sent at once: each worker holds about 5 connections of the 500 that the smallest Atlas
 * cluster takes. Lane `host` needs no number, because its queue has one group.
 */
const postsAtOnce = 5

/** One message each time: a batch would have to be given back in part (aws.md 2.1). */
function fromQueue(name: string, queue: string): Resources {
  return {
    [`${logicalName(name)}Source`]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: attribute(queue, 'Arn'),
        FunctionName: { Ref: lambdaId(name) },
        BatchSize: 1,
        Enabled: true,
        ...(queue === 'PostQueue' ? { ScalingConfig: { MaximumConcurrency: postsAtOnce } } : {}),
      },
    },
  }
}

function fromClock(name: string, everyMinutes: number): Resources {
  const rule = `${logicalName(name)}Schedule`
  const unit = everyMinutes === 1 ? 'minute' : 'minutes'
  return {
    [rule]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: `rate(${everyMinutes} ${unit})`,
        State: 'ENABLED',
        Targets: [{ Id: name, Arn: attribute(lambdaId(name), 'Arn') }],
      },
    },
    [`${rule}Permission`]: permission(name, 'events.amazonaws.com', attribute(rule, 'Arn')),
  }
}

function fromTopic(name: string): Resources {
  const subscription = `${logicalName(name)}Subscription`
  return {
    [subscription]: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'MailEventsTopic' },
        Protocol: 'lambda',
        Endpoint: attribute(lambdaId(name), 'Arn'),
      },
    },
    [`${subscription}Permission`]: permission(name, 'sns.amazonaws.com', {
      Ref: 'MailEventsTopic',
    }),
  }
}

/** Lets one service call a function, from one place only. */
export function permission(
  name: string,
  service: string,
  source: Resource['Properties'][string],
): Resource {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: lambdaId(name) },
      Principal: service,
      SourceArn: source,
    },
  }
}
