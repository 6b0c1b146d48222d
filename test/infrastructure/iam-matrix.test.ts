import { expect, test } from 'vitest';
import {
  anyKey,
  grants,
  keys,
  matrixOf,
  readsSecrets,
  registry,
  row,
  signs,
  tracingOf,
  writesItsLog,
} from './roles.ts';
import { aConfig, templateOf, withoutHash } from './synthesized.ts';

const reads = ['dynamodb:BatchGetItem'];
const writes = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'];

test('every function, and the schedule, may do exactly this', () => {
  expect(matrixOf(aConfig)).toEqual({
    Discovery: [
      writesItsLog('Discovery'),
      row(reads, registry, keys('resource#*', 'resource-id#*', 'key-ring#*')),
    ],
    Authorization: [
      writesItsLog('Authorization'),
      row(reads, registry, keys('client#*', 'agent#*')),
      row(['dynamodb:UpdateItem'], grants, keys('bucket#address#*')),
    ],
    Token: [
      writesItsLog('Token'),
      row(['secretsmanager:GetSecretValue'], '<VestibuleNoncesSecret>'),
      readsSecrets,
      signs,
      row(reads, registry, keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*')),
      row(['dynamodb:PutItem'], grants, keys('assertion#*', 'proof#*')),
      row(['dynamodb:PutItem'], grants, keys('opaque-token#*')),
      row(['dynamodb:GetItem'], grants, keys('opaque-token#*')),
      row(reads, grants, keys('revoked#*', 'person-end#*')),
      row(['dynamodb:UpdateItem'], grants, keys('bucket#client#*', 'bucket#address#*')),
    ],
    Introspection: [
      writesItsLog('Introspection'),
      signs,
      row(reads, registry, keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*')),
      row(['dynamodb:GetItem'], grants, keys('opaque-token#*')),
      row(reads, grants, keys('revoked#*', 'person-end#*')),
      row(['dynamodb:UpdateItem'], grants, keys('revoked#*')),
      row(['dynamodb:PutItem'], grants, keys('assertion#*')),
      row(['dynamodb:UpdateItem'], grants, keys('bucket#client#*', 'bucket#address#*')),
    ],
    Ends: [
      writesItsLog('Ends'),
      signs,
      row(reads, registry, keys('key-ring#*')),
      row(reads, grants, keys('revoked#*', 'ended#*')),
    ],
    Admin: [
      writesItsLog('Admin'),
      row(
        ['dynamodb:Query'],
        `${registry}/index/by-kind`,
        keys('resource', 'agent', 'client', 'idp', 'api', 'provider', 'registration-token'),
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
          'api#*',
          'provider#*',
          'identifier#*',
          'registration-token#*',
        ),
      ),
      row(['dynamodb:UpdateItem'], grants, keys('ended#*')),
      row(reads, grants, keys('consents#*', 'person#*', 'grant#*')),
      row(['dynamodb:UpdateItem'], grants, keys('person#*', 'person-end#*', 'grant#*')),
    ],
    Registrar: [
      writesItsLog('Registrar'),
      row(['secretsmanager:GetSecretValue'], '<VestibuleSecretclerkclientSecret>'),
      readsSecrets,
      row(
        writes,
        registry,
        keys(
          ...['resource#*', 'resource-id#*', 'agent#*', 'client#*', 'aws-role#*'],
          ...['idp#*', 'api#*', 'provider#*', 'identifier#*'],
        ),
      ),
      row(['dynamodb:UpdateItem'], grants, keys('ended#*')),
    ],
    Keys: [
      writesItsLog('Keys'),
      row(['kms:ScheduleKeyDeletion'], anyKey, {
        'StringEquals aws:ResourceTag/vestibule:signing': 'Vestibule',
      }),
      row(
        ['secretsmanager:ListSecretVersionIds', 'secretsmanager:PutSecretValue'],
        '<VestibuleNoncesSecret>',
      ),
      row(['kms:Decrypt', 'kms:GenerateDataKey'], '<VestibuleDataKey.Arn>', {
        'StringEquals kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com',
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
