import { expect, test } from 'vitest';
import { keys, matrixOf, row, tracingOf } from './roles.ts';
import { aConfig, templateOf, withoutHash } from './synthesized.ts';

const reads = ['dynamodb:BatchGetItem'];
const writes = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'];
const registry = '<VestibuleRegistryTable.Arn>';
const anyKey = 'arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*';
const writesItsLog = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const signs = row(['kms:Sign'], anyKey, {
  'StringEquals aws:ResourceTag/vestibule:signing': 'Vestibule',
  'StringEquals kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
  'StringEquals kms:MessageType': 'DIGEST',
});

test('every function, and the schedule, may do exactly this', () => {
  expect(matrixOf(aConfig)).toEqual({
    Discovery: [
      row(writesItsLog, '<VestibuleDiscoveryLogs.Arn>'),
      row(reads, registry, keys('resource#*', 'resource-id#*', 'key-ring#*')),
    ],
    Authorization: [
      row(writesItsLog, '<VestibuleAuthorizationLogs.Arn>'),
      row(reads, registry, keys('client#*', 'agent#*')),
      row(['dynamodb:UpdateItem'], '<VestibuleGrantsTable.Arn>', keys('bucket#address#*')),
    ],
    Token: [
      row(writesItsLog, '<VestibuleTokenLogs.Arn>'),
      signs,
      row(reads, registry, keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*')),
      row(['dynamodb:PutItem'], '<VestibuleGrantsTable.Arn>', keys('assertion#*')),
      row(['dynamodb:UpdateItem'], '<VestibuleGrantsTable.Arn>', keys('bucket#client#*', 'bucket#address#*')),
    ],
    Introspection: [
      row(writesItsLog, '<VestibuleIntrospectionLogs.Arn>'),
      signs,
      row(reads, registry, keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*')),
      row(reads, '<VestibuleGrantsTable.Arn>', keys('revoked#*')),
      row(['dynamodb:UpdateItem'], '<VestibuleGrantsTable.Arn>', keys('revoked#*')),
      row(['dynamodb:PutItem'], '<VestibuleGrantsTable.Arn>', keys('assertion#*')),
      row(['dynamodb:UpdateItem'], '<VestibuleGrantsTable.Arn>', keys('bucket#client#*', 'bucket#address#*')),
    ],
    Ends: [
      row(writesItsLog, '<VestibuleEndsLogs.Arn>'),
      signs,
      row(reads, registry, keys('key-ring#*')),
      row(reads, '<VestibuleGrantsTable.Arn>', keys('revoked#*', 'ended#*')),
    ],
    Admin: [
      row(writesItsLog, '<VestibuleAdminLogs.Arn>'),
      row(
        ['dynamodb:Query'],
        `${registry}/index/by-kind`,
        keys('resource', 'agent', 'client', 'idp', 'registration-token'),
      ),
      row(
        [...reads, ...writes],
        registry,
        keys(
          'resource#*',
          'resource-id#*',
          'agent#*',
          'client#*',
          'aws-role#*',
          'idp#*',
          'identifier#*',
          'registration-token#*',
        ),
      ),
      row(['dynamodb:UpdateItem'], '<VestibuleGrantsTable.Arn>', keys('ended#*')),
    ],
    Registrar: [
      row(writesItsLog, '<VestibuleRegistrarLogs.Arn>'),
      row(['secretsmanager:GetSecretValue'], '<VestibuleSecretclerkclientSecret>'),
      row(['kms:Decrypt'], '<VestibuleDataKey.Arn>', {
        'StringEquals kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com',
      }),
      row(
        writes,
        registry,
        keys('resource#*', 'resource-id#*', 'agent#*', 'client#*', 'aws-role#*', 'idp#*', 'identifier#*'),
      ),
      row(['dynamodb:UpdateItem'], '<VestibuleGrantsTable.Arn>', keys('ended#*')),
    ],
    Keys: [
      row(writesItsLog, '<VestibuleKeysLogs.Arn>'),
      row(['kms:ScheduleKeyDeletion'], anyKey, {
        'StringEquals aws:ResourceTag/vestibule:signing': 'Vestibule',
      }),
      row(['kms:CreateKey'], '*', {
        'StringEquals aws:RequestTag/vestibule:signing': 'Vestibule',
        'StringEquals kms:KeySpec': 'RSA_2048',
        'StringEquals kms:KeyUsage': 'SIGN_VERIFY',
      }),
      row(['kms:TagResource'], anyKey, {
        'StringEquals aws:RequestTag/vestibule:signing': 'Vestibule',
        'ForAllValues:StringEquals aws:TagKeys': ['vestibule:signing', 'vestibule:intent'],
      }),
      row(['kms:GetPublicKey', 'kms:ListResourceTags'], anyKey),
      row(['kms:ListKeys'], '*'),
      row(writes, registry, keys('key-ring#*', 'signing-key#*', 'signing-key-intent#*')),
    ],
    KeyRotationDaily: [
      row(['lambda:InvokeFunction'], '<VestibuleKeysFunction.Arn>'),
      row(['sqs:SendMessage'], '<VestibuleKeyRotationDailyDeadLetters.Arn>'),
    ],
  });
});

test('every function may send its traces', () => {
  const { KeyRotationDaily: schedule, ...functions } = tracingOf(aConfig);
  expect(schedule).toEqual([]);
  for (const [name, statements] of Object.entries(functions)) {
    expect(statements, name).toEqual([row(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*')]);
  }
});

test('no role has a managed policy, and only functions and the schedule have roles', () => {
  const roles = Object.entries(templateOf(aConfig).findResources('AWS::IAM::Role'));
  expect(roles.map(([id]) => withoutHash(id)).sort()).toEqual(
    [
      'Admin',
      'Authorization',
      'Discovery',
      'Ends',
      'Introspection',
      'KeyRotationDaily',
      'Keys',
      'Registrar',
      'Token',
    ].map((name) => `Vestibule${name}Role`),
  );
  for (const [, { Properties: properties }] of roles as [string, { Properties: object }][]) {
    expect(Object.keys(properties)).toEqual(['AssumeRolePolicyDocument']);
  }
});
