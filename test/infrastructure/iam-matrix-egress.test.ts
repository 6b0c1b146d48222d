import { expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { grants, keys, matrixOf, readsSecrets, registry, row, writesItsLog } from './roles.ts';
import { aConfig, templateOf, withoutHash } from './synthesized.ts';

const [clerk] = aConfig.agents;
const without: VestibuleConfig = {
  ...aConfig,
  agents: [{ ...clerk!, tasks: { maximumHours: 8 } }],
  identityProviders: [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
};

const appKey = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const crmSecret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:crm-AbCdEf';
const notes = 'https://notes.example.com';
const wiki = 'https://wiki.example.com';
const reading = { read: { description: 'Read', rules: ['GET /v1/**'] } };

/** One third party of each kind: with a secret of ours, with none, with one that the config names, and with a key. */
const config: VestibuleConfig = {
  ...without,
  egress: {
    providers: [
      {
        ...{ id: 'notes', name: 'Notes', clientId: 'vestibule', api: { origins: [notes] }, scopes: reading },
        credential: {
          ...{ kind: 'oauth2', authorizationEndpoint: `${notes}/authorize`, tokenEndpoint: `${notes}/token` },
          revocation: { kind: 'rfc7009', endpoint: `${notes}/revoke` },
        },
      },
      {
        ...{ id: 'wiki', name: 'Wiki', clientId: 'vestibule', api: { origins: [wiki] }, scopes: reading },
        credential: {
          ...{ kind: 'oauth2', authorizationEndpoint: `${wiki}/authorize`, tokenEndpoint: `${wiki}/token` },
          revocation: { kind: 'by_hand', page: `${wiki}/apps` },
          clientAuthentication: 'none',
        },
      },
      {
        ...{ id: 'crm', name: 'CRM', secretArn: crmSecret, scopes: reading },
        credential: { kind: 'api_key', place: 'header', name: 'x-api-key' },
        api: { origins: ['https://crm.example.com'] },
      },
      {
        ...{ id: 'code', name: 'Code', clientId: 'Iv1.vestibule', scopes: reading },
        credential: { kind: 'github_app', installation: '67890', keyArn: appKey },
        api: { origins: ['https://api.github.com'] },
      },
    ],
  },
};
const providers = config.egress?.providers ?? [];
const inSecrets: VestibuleConfig = { ...config, egress: { vault: 'secrets-manager', providers } };

const [read, put, update, readSeveral] = [
  ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem'],
] as const;
const vault = '<VestibuleVaultTable.Arn>';
const secrets =
  'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:Vestibule/connection';
const asks = row(['lambda:InvokeFunction'], '<VestibuleConnectionsFunction.Arn>');
const sealed = (actions: readonly string[], purpose: string) =>
  row(actions, '<VestibuleDataKey.Arn>', {
    'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
    'StringEquals kms:EncryptionContext:purpose': purpose,
  });
const matrix = matrixOf(config);

test('one function alone holds what third parties know us by, and opens what accounts are renewed by', () => {
  const { Connections: connections, ...others } = matrix;
  const both = ['kms:Decrypt', 'kms:GenerateDataKey'];
  expect(connections).toEqual([
    writesItsLog('Connections'),
    row(['secretsmanager:GetSecretValue'], '<VestibuleEgressSecretnotesSecret>'),
    readsSecrets,
    row(['secretsmanager:GetSecretValue'], crmSecret),
    row(['kms:Sign'], appKey, {
      'StringEquals kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
      'StringEquals kms:MessageType': 'DIGEST',
    }),
    row(['dynamodb:Query'], `${vault}/index/due`, keys('connection-due#*')),
    row([readSeveral], registry, keys('provider#*')),
    row([readSeveral, 'dynamodb:DeleteItem', read, put, update], vault, keys('connection#*', 'connected#*')),
    sealed(both, 'connection-grant'),
    sealed(both, 'connection-access'),
  ]);
  for (const [name, statements] of Object.entries(others)) {
    expect([name, JSON.stringify(statements)]).toEqual([
      name,
      expect.not.stringMatching(/connection-grant|connection-due|EgressSecret|secret:crm|key\/11111111/),
    ]);
  }
});

test('the proxy reads accounts, opens what calls bear and no more, and has no secret but that of the nonces', () => {
  const { Egress: egress, ...others } = matrix;
  expect(egress).toEqual([
    writesItsLog('Egress'),
    row(['secretsmanager:GetSecretValue'], '<VestibuleNoncesSecret>'),
    readsSecrets,
    asks,
    row(
      [readSeveral],
      registry,
      keys(
        ...['client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*'],
        ...['provider#*', 'client-document#*'],
      ),
    ),
    row([read], grants, keys('opaque-token#*')),
    row([readSeveral], grants, keys('revoked#*', 'person-end#*', 'grant#*', 'task#*')),
    row([put], grants, keys('proof#*')),
    row([update], grants, keys('bucket#client#*', 'bucket#address#*')),
    row([read], vault, keys('connection#*')),
    row([update], vault, {
      ...keys('connection#*'),
      'ForAllValues:StringEquals dynamodb:Attributes': ['pk', 'connection', 'paused_until'],
    }),
    sealed(['kms:Decrypt'], 'connection-access'),
  ]);
  for (const [name, statements] of Object.entries(others)) {
    if (name === 'Connections') continue;
    expect([name, JSON.stringify(statements)]).toEqual([
      name,
      expect.not.stringMatching(/connection-access|"connection#/),
    ]);
  }
});

/** What each role has in one deployment and not in the other. */
function gained(
  before: typeof matrix,
  after: typeof matrix,
  except: readonly string[],
): Readonly<Record<string, readonly object[]>> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, statements]) => {
      const had = new Set((before[name] ?? []).map((each) => JSON.stringify(each)));
      const more = statements.filter((each) => !had.has(JSON.stringify(each)));
      return except.includes(name) || more.length === 0 ? [] : [[name, more]];
    }),
  );
}

test('of all others, who gives tokens asks of accounts, and who has the pages keeps who is being sent away', () => {
  const withProviders = (...before: readonly string[]) =>
    row([readSeveral], registry, keys(...before, 'provider#*'));
  const callers = ['client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*'];
  expect(gained(matrixOf(without), matrix, ['Connections', 'Egress'])).toEqual({
    Authorization: [
      row([read, put, update], grants, keys('connect#*')),
      asks,
      withProviders('client#*', 'agent#*', 'resource#*', 'client-document#*', 'idp#*', 'key-ring#*'),
    ],
    ConnectionSweep: [asks, row(['sqs:SendMessage'], '<VestibuleConnectionSweepDeadLetters.Arn>')],
    Tasks: [asks, withProviders(...callers, 'idp#*', 'api#*')],
    Token: [asks, withProviders(...callers, 'client-document#*', 'idp#*', 'api#*')],
  });
});

test('in secrets, the one function makes those of accounts, and the proxy reads of them what calls bear', () => {
  expect(gained(matrix, matrixOf(inSecrets), [])).toEqual({
    Connections: [
      row(
        [
          ...['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret', 'secretsmanager:DescribeSecret'],
          ...['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        ],
        `${secrets}/*`,
      ),
      row(['kms:Decrypt', 'kms:GenerateDataKey'], '<VestibuleDataKey.Arn>', {
        'StringEquals kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com',
      }),
    ],
    Egress: [row(['secretsmanager:GetSecretValue'], `${secrets}/access/*`)],
  });
});

const template = templateOf(config);

/** A member of each resource of a type whose logical id contains the text. */
function found(type: string, text: string, member: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(template.findResources(type))
      .filter(([id]) => id.includes(text))
      .map(([id, resource]) => {
        const { Properties: properties } = resource as { Properties: Readonly<Record<string, unknown>> };
        return [withoutHash(id), properties[member]];
      }),
  );
}

test('the front door waits for the proxy as long as it can, which ends before, and for all others twenty seconds', () => {
  const waits = found('AWS::ApiGatewayV2::Integration', '', 'TimeoutInMillis');
  const { VestibuleFrontDooregressproviderEgressIntegration: proxy, ...others } = waits;
  expect([proxy, new Set(Object.values(others))]).toEqual([29_000, new Set([20_000])]);
  expect(found('AWS::Lambda::Function', 'Egress', 'Timeout')).toEqual({ VestibuleEgressFunction: 28 });
});

test('each minute accounts are seen to, by a run that is over before the next', () => {
  expect(found('AWS::Scheduler::Schedule', 'ConnectionSweep', 'ScheduleExpression')).toEqual({
    VestibuleConnectionSweepSchedule: 'rate(1 minute)',
  });
  expect(found('AWS::Scheduler::Schedule', 'ConnectionSweep', 'Target')).toMatchObject({
    VestibuleConnectionSweepSchedule: {
      Input: '{"ask":"sweep"}',
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 },
    },
  });
  expect(found('AWS::Lambda::Function', 'Connections', 'Timeout')).toEqual({
    VestibuleConnectionsFunction: 60,
  });
});

test('without third parties there is nothing of all that', () => {
  const roles = Object.entries(matrixOf(without));
  expect(roles.filter(([name]) => /Egress|Connection/.test(name))).toEqual([]);
  // Whoever keeps the registry keeps what is left in it of third parties.
  const others = roles.filter(([name]) => !['Admin', 'Registrar'].includes(name));
  for (const [name, statements] of others) {
    expect([name, JSON.stringify(statements)]).toEqual([
      name,
      expect.not.stringMatching(/provider#|connection|connect#/),
    ]);
  }
});
