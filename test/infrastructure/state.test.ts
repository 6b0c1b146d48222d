import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { grantsKeys, vaultKeys } from '../support/grants-table.ts';
import { registryKeys } from '../support/registry-table.ts';
import { aConfig, templateOf } from './synthesized.ts';

const aProvider = { id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' };
const production = templateOf(aConfig);
const dev = templateOf({ ...aConfig, profile: 'dev' });

const stateTypes = [
  'AWS::DynamoDB::GlobalTable',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::Logs::LogGroup',
];

describe('the production profile, which is the default', () => {
  test.each(stateTypes)('retains every %s', (type) => {
    expect(Object.keys(production.findResources(type))).not.toHaveLength(0);
    production.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('protects its tables against deletion and restores them to any second', () => {
    production.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ],
    });
  });

  test('keeps logs for a year', () => {
    production.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });
});

describe('the dev profile', () => {
  test.each(stateTypes)('destroys every %s with the stack', (type) => {
    dev.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });

  test('keeps logs for a week', () => {
    dev.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });
});

test('keeps logs as long as the config says', () => {
  templateOf({ ...aConfig, logRetentionDays: 90 }).allResourcesProperties('AWS::Logs::LogGroup', {
    RetentionInDays: 90,
  });
});

test('finds registry items by one key, and lists them by kind', () => {
  production.hasResourceProperties('AWS::DynamoDB::GlobalTable', registryKeys);
});

test('finds what tokens were issued on by one key, and lists tasks by when they are due', () => {
  production.hasResourceProperties('AWS::DynamoDB::GlobalTable', grantsKeys);
});

test('finds what is kept of people by one key, and lists it by when it is to be asked with', () => {
  const people = { ...aConfig, identityProviders: [aProvider] };
  templateOf(people).hasResourceProperties('AWS::DynamoDB::GlobalTable', vaultKeys);
});

test('sweeps grants by their ttl', () => {
  production.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  });
});

test('has no signing key of its own: they are made at run time', () => {
  production.resourceCountIs('AWS::KMS::Key', 1);
});

test('turns over the material of the data key', () => {
  production.resourcePropertiesCountIs('AWS::KMS::Key', { EnableKeyRotation: true }, 1);
});

test('generates the secret of each secret-bearing client in the account', () => {
  // The other one is behind the nonces of proofs.
  production.resourceCountIs('AWS::SecretsManager::Secret', 2);
  production.hasResourceProperties('AWS::SecretsManager::Secret', {
    KmsKeyId: Match.anyValue(),
    GenerateSecretString: {
      SecretStringTemplate: '{"client_id":"clerk-client"}',
      GenerateStringKey: 'client_secret',
      PasswordLength: 48,
      ExcludePunctuation: true,
    },
  });
});
