import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { grants, keys, matrixOf, registry, row, writesItsLog } from './roles.ts';
import { aConfig, templateOf } from './synthesized.ts';

const withTasks = {
  ...aConfig,
  agents: aConfig.agents.map((agent) => ({ ...agent, tasks: { maximumHours: 8 } })),
};
const withPeople = {
  ...withTasks,
  identityProviders: [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
};
const queue = '<VestibuleTaskWorkQueue.Arn>';
const ofRegistry = (...more: readonly string[]) =>
  row(
    ['dynamodb:BatchGetItem'],
    registry,
    keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*', ...more),
  );
const worksOnTasks = [
  row(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], grants, keys('task#*')),
  row(['dynamodb:UpdateItem'], grants, keys('ended#*')),
];
const receives = row(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], queue);
const tells = row(['events:PutEvents'], '<VestibuleTaskEvents.Arn>');

test('the sweep sees when tasks are due, and nothing of them', () => {
  expect(matrixOf(withTasks)['Sweep']).toEqual([
    writesItsLog('Sweep'),
    row(['sqs:GetQueueAttributes', 'sqs:SendMessage'], queue),
    row(['dynamodb:Query'], `${grants}/index/due`, keys('task#*')),
  ]);
});

test('the refresher works on tasks and tells of them; it opens none, and signs nothing', () => {
  expect(matrixOf(withTasks)['Refresher']).toEqual([
    ...[writesItsLog('Refresher'), tells, ofRegistry(), ...worksOnTasks, receives],
  ]);
});

test('where people sign in it asks the function that talks to identity providers, and ends what they granted', () => {
  expect(matrixOf(withPeople)['Refresher']).toEqual([
    ...[writesItsLog('Refresher'), tells],
    row(['lambda:InvokeFunction'], '<VestibuleDownstreamFunction.Arn>'),
    ofRegistry('idp#*'),
    row(['dynamodb:GetItem'], grants, keys('grant#*')),
    row(['dynamodb:UpdateItem'], grants, keys('grant#*', 'ended#*')),
    row(['dynamodb:GetItem'], grants, keys('opaque-token#*')),
    row(['dynamodb:BatchGetItem'], grants, keys('revoked#*', 'person-end#*', 'grant#*', 'task#*')),
    row(['dynamodb:GetItem', 'dynamodb:UpdateItem'], grants, keys('circuit#*')),
    row(['dynamodb:UpdateItem'], grants, keys('bucket#idp#*')),
    ...[...worksOnTasks, receives],
  ]);
});

test('without tasks there is nothing of all that', () => {
  const template = templateOf(aConfig);
  template.resourceCountIs('AWS::Events::EventBus', 0);
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
  expect(Object.keys(matrixOf(aConfig))).not.toContain('Sweep');
});

test('a message is hidden for six times of what one piece of work may take, and put aside after five', () => {
  const template = templateOf(withTasks);
  template.hasResourceProperties('AWS::SQS::Queue', {
    ...{ VisibilityTimeout: 270, MessageRetentionPeriod: 3_600 },
    RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    ...{ BatchSize: 4, FunctionResponseTypes: ['ReportBatchItemFailures'] },
    ScalingConfig: { MaximumConcurrency: 20 },
  });
});

test('the sweep runs each minute, and one that nobody took is no burden to the next', () => {
  templateOf(withTasks).hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 minute)',
    Target: {
      Input: '{"schedule":"minute"}',
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 },
    },
  });
});

test('the alarm on what nobody could handle looks at queues of dead letters only', () => {
  const alarms = templateOf(withTasks).findResources('AWS::CloudWatch::Alarm');
  const [alarm] = Object.entries(alarms).flatMap(([id, found]) =>
    id.includes('DeadLetters') ? [found] : [],
  );
  const watched = JSON.stringify(alarm);
  expect(watched).toContain('TaskWorkDeadLetters');
  expect(watched).not.toContain('TaskWorkQueue');
});
