import { attribute, type Resource, type Resources, type Stack } from './stack.ts'

const fourteenDays = 14 * 24 * 60 * 60

/** Seconds that a message stays hidden; at least the time that its worker may run (aws.md 2.1). */
export const visibilitySeconds = 120

/** The doorbells of both lanes, and where messages go that no worker can read. */
export function queueResources(stack: Stack): Resources {
  return {
    HostQueue: lane(stack, 'host'),
    PostQueue: lane(stack, 'post'),
    DeadLetterQueue: queue(stack, 'dead-letter', {}),
  }
}

function lane(stack: Stack, name: string): Resource {
  return queue(stack, name, {
    VisibilityTimeout: visibilitySeconds,
    // Re-attaching to a long command counts as a receive, so the number only ends what is hopeless.
    RedrivePolicy: {
      deadLetterTargetArn: attribute('DeadLetterQueue', 'Arn'),
      maxReceiveCount: 1000,
    },
  })
}

/** The name of a queue in the account. */
export function queueName({ stage }: Stack, name: string): string {
  return `gatehouse-${stage}-${name}.fifo`
}

function queue(stack: Stack, name: string, properties: Resource['Properties']): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: queueName(stack, name),
      FifoQueue: true,
      MessageRetentionPeriod: fourteenDays,
      SqsManagedSseEnabled: true,
      ...properties,
    },
  }
}
