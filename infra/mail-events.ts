import type { Resources, Stack } from './stack.ts'

/** Name of the topic and of the configuration set. */
export function mailEventsName(stage: string): string {
  return `gatehouse-${stage}-mail-events`
}

/** Where the mail service tells of bounces and complaints; the sending identity names the set as its default. */
export function mailEventResources({ stage }: Stack): Resources {
  const name = mailEventsName(stage)
  return {
    MailEventsTopic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name } },
    MailEventsTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: 'MailEventsTopic' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'ses.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: { Ref: 'MailEventsTopic' },
              Condition: { StringEquals: { 'AWS:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
      },
    },
    MailConfigurationSet: {
      Type: 'AWS::SES::ConfigurationSet',
      Properties: {
        Name: name,
        SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
      },
    },
    MailEventsDestination: {
      Type: 'AWS::SES::ConfigurationSetEventDestination',
      DependsOn: 'MailEventsTopicPolicy',
      Properties: {
        ConfigurationSetName: { Ref: 'MailConfigurationSet' },
        EventDestination: {
          Name: 'bounces-and-complaints',
          Enabled: true,
          MatchingEventTypes: ['bounce', 'complaint'],
          SnsDestination: { TopicARN: { Ref: 'MailEventsTopic' } },
        },
      },
    },
  }
}
