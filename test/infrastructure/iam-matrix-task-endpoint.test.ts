import { expect, test } from 'vitest';
import { grants, keys, matrixOf, readsSecrets, registry, row, signs, writesItsLog } from './roles.ts';
import { tasksEnvironment } from '../../lambdas/functions/tasks/environment.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { aConfig, templateOf } from './synthesized.ts';

const [clerk] = aConfig.agents;
const working = { ...aConfig, agents: [{ ...clerk!, tasks: { maximumHours: 8 } }] };
const withPeople = {
  ...working,
  identityProviders: [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
};

const read = 'dynamodb:GetItem';
const put = 'dynamodb:PutItem';
const update = 'dynamodb:UpdateItem';
const readSeveral = 'dynamodb:BatchGetItem';

test('tasks are opened and changed by one function, and it holds nothing of people where there are none', () => {
  expect(matrixOf(working)['Tasks']).toEqual([
    writesItsLog('Tasks'),
    row(['secretsmanager:GetSecretValue'], '<VestibuleNoncesSecret>'),
    readsSecrets,
    signs,
    row([readSeveral], registry, keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*')),
    row([put], grants, keys('task#*')),
    row([readSeveral, update], grants, keys('task#*')),
    row([update], grants, keys('ended#*')),
    row([put], grants, keys('assertion#*', 'proof#*')),
    row([put], grants, keys('opaque-token#*')),
    row([update], grants, keys('bucket#client#*', 'bucket#address#*')),
  ]);
});

test('in the name of people it reads what they granted, opens what comes of that, and asks about them', () => {
  const statements = matrixOf(withPeople)['Tasks'];
  expect(statements).toEqual(
    expect.arrayContaining([
      row(['lambda:InvokeFunction'], '<VestibuleDownstreamFunction.Arn>'),
      row(
        [readSeveral],
        registry,
        keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*', 'idp#*', 'api#*'),
      ),
      row([read], grants, keys('grant#*')),
      row([update], grants, keys('grant#*', 'ended#*')),
      row([read], grants, keys('opaque-token#*')),
      row([readSeveral], grants, keys('revoked#*', 'person-end#*', 'grant#*', 'task#*')),
      row([read, update], grants, keys('circuit#*')),
      row([update], grants, keys('bucket#idp#*')),
    ]),
  );
  expect(JSON.stringify(statements)).not.toMatch(/Vault|IdpSecret|upstream-grant/);
});

function taskRoutes(config: VestibuleConfig): readonly unknown[] {
  const found = Object.values(templateOf(config).findResources('AWS::ApiGatewayV2::Route'));
  return found
    .map((route) => (route['Properties'] as { readonly RouteKey: string }).RouteKey)
    .filter((key) => key.includes('/tasks'));
}

test('the function has the variables that it declares, and no other', () => {
  const tasks = Object.entries(templateOf(working).findResources('AWS::Lambda::Function')).find(([id]) =>
    id.startsWith('VestibuleTasks'),
  );
  const { Environment: environment } = tasks?.[1]['Properties'] as {
    readonly Environment: { readonly Variables: object };
  };
  expect(Object.keys(environment.Variables).toSorted()).toEqual([...tasksEnvironment].toSorted());
});

test('without an agent that opens tasks there is no such function, and no such route', () => {
  expect(matrixOf(aConfig)).not.toHaveProperty('Tasks');
  expect(taskRoutes(aConfig)).toEqual([]);
  expect(taskRoutes(working)).toEqual(['ANY /tasks', 'ANY /tasks/{id}', 'ANY /tasks/{id}/{ask}']);
});
