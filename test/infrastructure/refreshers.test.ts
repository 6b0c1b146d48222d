import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { refresherEnvironment } from '../../lambdas/functions/refresher/environment.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { grants, keys, matrixOf, registry, row, signs, writesItsLog } from './roles.ts';
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

test('where people sign in the sweep sees what is kept of them and ends unless somebody asks with it, and nothing that is kept', () => {
  expect(matrixOf(withPeople)['Sweep']).toEqual([
    writesItsLog('Sweep'),
    row(['sqs:GetQueueAttributes', 'sqs:SendMessage'], queue),
    row(['dynamodb:Query'], `${grants}/index/due`, keys('task#*')),
    row(['dynamodb:Query'], '<VestibuleVaultTable.Arn>/index/due', keys('upstream-grant#*')),
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
    ofRegistry('idp#*', 'api#*'),
    row(['dynamodb:GetItem'], grants, keys('grant#*')),
    row(['dynamodb:UpdateItem'], grants, keys('grant#*', 'ended#*')),
    row(['dynamodb:GetItem'], grants, keys('opaque-token#*')),
    row(['dynamodb:BatchGetItem'], grants, keys('revoked#*', 'person-end#*', 'grant#*', 'task#*')),
    row(['dynamodb:GetItem', 'dynamodb:UpdateItem'], grants, keys('circuit#*')),
    row(['dynamodb:UpdateItem'], grants, keys('bucket#idp#*')),
    ...[...worksOnTasks, receives],
  ]);
});

const ofVault = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';
const withSecrets = {
  ...withTasks,
  agents: withTasks.agents.map((agent, at) =>
    at > 0
      ? agent
      : {
          ...agent,
          tasks: { ...agent.tasks, secrets: [`${ofVault}scan-AbCdEf`, `${ofVault}vestibule/tasks/*`] },
        },
  ),
};

test('where tokens go into secrets it signs them, and reads none of those secrets; it writes them, and no other', () => {
  expect(matrixOf(withSecrets)['Refresher']).toEqual([
    ...[writesItsLog('Refresher'), tells, ofRegistry(), ...worksOnTasks],
    row(
      [
        'secretsmanager:ListSecretVersionIds',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      `${ofVault}scan-AbCdEf ${ofVault}vestibule/tasks/*`,
    ),
    row(['dynamodb:GetItem'], grants, keys('opaque-token#*')),
    row(['dynamodb:PutItem'], grants, keys('opaque-token#*')),
    ...[signs, receives],
  ]);
});

test.each([
  [withTasks, { TASK_SECRETS: 'none', WRAPPING_KEY: 'none', DEPLOYMENT: 'none' }],
  [withSecrets, { TASK_SECRETS: 'written', WRAPPING_KEY: 'none', DEPLOYMENT: 'Vestibule' }],
])(
  'the refresher has the variables that it declares, and knows whether there are secrets',
  (config, said) => {
    const functions = Object.entries(templateOf(config).findResources('AWS::Lambda::Function'));
    const [, refresher] = functions.find(([id]) => id.startsWith('VestibuleRefresher')) ?? [];
    const { Environment: environment } = refresher?.['Properties'] as {
      readonly Environment: { readonly Variables: object };
    };
    expect(Object.keys(environment.Variables).toSorted()).toEqual([...refresherEnvironment].toSorted());
    expect(environment.Variables).toMatchObject(said);
  },
);

const into = (pattern: string) => ({
  ...withTasks,
  agents: withTasks.agents.map((agent, at) =>
    at > 0 ? agent : { ...agent, tasks: { ...agent.tasks, secrets: [`${ofVault}vestibule/*`, pattern] } },
  ),
});

test.each(['Vest*', 'VestibuleSecret*'])(
  'no token goes into what may be a secret of the deployment: %s',
  (name) => {
    expect(() => templateOf(into(`${ofVault}${name}`))).toThrow(
      `agents[0].tasks.secrets[1]: '${ofVault}${name}' is for a secret of this deployment too (Vestibule`,
    );
  },
);

test('tokens go into any secret that is none of the deployment', () => {
  expect(() => templateOf(into(`${ofVault}VestibuleOfAnotherTeam*`))).not.toThrow();
});

function askingRates(tasks: VestibuleConfig['tasks']): readonly unknown[] {
  const functions = templateOf({ ...withPeople, ...(tasks && { tasks }) }).findResources(
    'AWS::Lambda::Function',
  );
  return Object.values(functions).flatMap(({ Properties: properties }) => {
    const { Environment: environment } = properties as {
      readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
    };
    return environment?.Variables['PROVIDER_RATE'] ?? [];
  });
}

test('whoever asks identity providers about tasks asks them as often as the config says, by default 20 times a second', () => {
  expect(askingRates(undefined)).toEqual(['20/40', '20/40']);
  expect(askingRates({ providerLimit: { perSecond: 5 } })).toEqual(['5/10', '5/10']);
  expect(askingRates({ providerLimit: { perSecond: 50, burst: 70 } })).toEqual(['50/70', '50/70']);
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
