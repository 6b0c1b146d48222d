import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import {
  grantConnectionAccessSecrets,
  grantConnectionSecrets,
} from '../../lib/constructs/connection-secrets.ts';
import { DataKey } from '../../lib/constructs/data-key.ts';
import { retentionOf } from '../../lib/constructs/retention.ts';
import { VaultTable } from '../../lib/constructs/vault-table.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { keys, matrixOf, readsSecrets, row } from './roles.ts';
import { aConfig, readable } from './synthesized.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What a role may do that is granted so much. */
function granted(
  grant: (role: Role, parts: { readonly vault: VaultTable; readonly dataKey: DataKey }) => void,
): readonly object[] {
  const stack = new Stack(new App(), 'Vestibule');
  const retention = retentionOf(aConfig);
  const parts = {
    vault: new VaultTable(stack, 'VestibuleVault', retention),
    dataKey: new DataKey(stack, 'VestibuleData', retention),
  };
  grant(new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }), parts);
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const { Properties: properties } = policy as {
    Properties: { PolicyDocument: { Statement: readonly Statement[] } };
  };
  return properties.PolicyDocument.Statement.map(({ Action, Resource, Condition = {} }) => {
    const when = Object.entries(Condition).flatMap(([operator, block]) =>
      Object.entries(block).map(([key, value]) => [
        `${operator} ${key}`,
        Array.isArray(value) ? value : readable(value),
      ]),
    );
    const actions = typeof Action === 'string' ? [Action] : Action;
    return row(actions.toSorted(), readable(Resource), Object.fromEntries(when) as Record<string, unknown>);
  });
}

const [table, key] = ['<VestibuleVaultTable.Arn>', '<VestibuleDataKey.Arn>'];
const secrets =
  'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:Vestibule/connection';
const ofPurpose = (purpose: string) => ({
  'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
  'StringEquals kms:EncryptionContext:purpose': purpose,
});

test('who connects, renews and revokes accounts has their items, and sees which are due', () => {
  const all = granted((role, { vault }) => {
    vault.grantConnections(role);
    vault.grantDueConnections(role);
  });
  const onItems = ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'];
  expect(all).toEqual([
    row(
      onItems.map((name) => `dynamodb:${name}`),
      table,
      keys('connection#*', 'connected#*'),
    ),
    row(['dynamodb:Query'], `${table}/index/due`, keys('connection-due#*')),
  ]);
});

test('who calls third parties reads accounts, and writes nothing of them but until when they take no calls', () => {
  expect(granted((role, { vault }) => vault.grantConnectionUse(role))).toEqual([
    row(['dynamodb:GetItem'], table, keys('connection#*')),
    row(['dynamodb:UpdateItem'], table, {
      ...keys('connection#*'),
      'ForAllValues:StringEquals dynamodb:Attributes': ['pk', 'connection', 'paused_until'],
    }),
  ]);
});

test('who renews accounts opens both parts of what is kept, and who calls with them what calls bear alone', () => {
  const both = ['kms:Decrypt', 'kms:GenerateDataKey'];
  expect(granted((role, { dataKey }) => dataKey.grantConnectionGrants(role))).toEqual([
    row(both, key, ofPurpose('connection-grant')),
    row(both, key, ofPurpose('connection-access')),
  ]);
  expect(granted((role, { dataKey }) => dataKey.grantConnectionAccess(role))).toEqual([
    row(['kms:Decrypt'], key, ofPurpose('connection-access')),
  ]);
});

test('so too where it is kept in secrets, which are named for the deployment and the part', () => {
  const keeping = ['CreateSecret', 'DeleteSecret', 'DescribeSecret', 'GetSecretValue', 'PutSecretValue'];
  const [made, encrypts] = granted((role, { dataKey }) => {
    grantConnectionSecrets(role, dataKey);
  });
  expect(made).toEqual(
    row(
      keeping.map((name) => `secretsmanager:${name}`),
      `${secrets}/*`,
    ),
  );
  expect(encrypts).toMatchObject({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'] });
  const reads = granted((role, { dataKey }) => {
    grantConnectionAccessSecrets(role, dataKey);
  });
  expect(reads).toEqual([row(['secretsmanager:GetSecretValue'], `${secrets}/access/*`), readsSecrets]);
});

const inSecrets: VestibuleConfig = {
  ...aConfig,
  identityProviders: [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
  egress: {
    vault: 'secrets-manager',
    providers: [
      {
        ...{ id: 'tracker', name: 'Tracker' },
        credential: { kind: 'api_key', place: 'header', name: 'x-api-key' },
        api: { origins: ['https://api.tracker.example'] },
        scopes: { 'issues:read': { description: 'See issues', rules: ['GET /issues'] } },
      },
    ],
  },
};

test('the connections function makes secrets only where the config wants them, and the proxy reads some of those', () => {
  const [wanted, usual] = [
    inSecrets,
    { ...inSecrets, egress: { providers: inSecrets.egress?.providers ?? [] } },
  ].map((config) => {
    const matrix = matrixOf(config);
    return [...(matrix['Connections'] ?? []), ...(matrix['Egress'] ?? [])].map((each) =>
      JSON.stringify(each),
    );
  });
  expect(wanted?.filter((each) => each.includes('/connection/'))).toEqual([
    expect.stringContaining(`${secrets}/*`),
    JSON.stringify(row(['secretsmanager:GetSecretValue'], `${secrets}/access/*`)),
  ]);
  expect(usual?.filter((each) => each.includes('/connection/'))).toEqual([]);
});
