import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { aConfig, readable, templateOf } from './synthesized.ts';

const template = templateOf(aConfig);

test('the keys function makes the first keys, before anything waits for a token', () => {
  const [keys] = Object.values(template.findResources('Custom::VestibuleSigningKeys'));
  const { ServiceToken: token, ServiceTimeout: seconds } = (
    keys as { readonly Properties: Readonly<Record<string, unknown>> }
  ).Properties;
  expect(readable(token)).toBe('<VestibuleKeysFunction.Arn>');
  expect(Number(seconds)).toBe(900);
});

test('it runs once a day, and what Lambda did not take for an hour is kept for two weeks', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(17 3 * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Input: '{"schedule":"daily"}',
      RetryPolicy: { MaximumRetryAttempts: 20, MaximumEventAgeInSeconds: 3_600 },
      DeadLetterConfig: { Arn: Match.anyValue() },
    },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 });
});

test('the role of the schedule is for schedules of this account only', () => {
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: Match.objectLike({
      Statement: [
        Match.objectLike({
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': Match.anyValue(),
            },
          },
        }),
      ],
    }),
  });
});
