import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { matrixOf, row } from './roles.ts';
import { aConfig, templateOf } from './synthesized.ts';

const withPeople: VestibuleConfig = {
  ...aConfig,
  identityProviders: [{ id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' }],
};

test('the secret behind seals is random, of 285 bits, and under the data key', () => {
  templateOf(withPeople).hasResourceProperties('AWS::SecretsManager::Secret', {
    Description: Match.stringLikeRegexp('seals the cookies'),
    GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true },
    KmsKeyId: Match.anyValue(),
  });
});

test('whoever rotates it may put a value and may not read one', () => {
  const keys = matrixOf(withPeople)['Keys'] ?? [];
  expect(keys).toContainEqual(
    row(['secretsmanager:ListSecretVersionIds', 'secretsmanager:PutSecretValue'], '<VestibuleSealsSecret>'),
  );
  expect(keys).toContainEqual(
    row(['kms:Decrypt', 'kms:GenerateDataKey'], '<VestibuleDataKey.Arn>', {
      'StringEquals kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com',
    }),
  );
  expect(JSON.stringify(keys)).not.toContain('GetSecretValue');
});

test('where nobody signs in there is none, and the keys function is told so', () => {
  const template = templateOf(aConfig);
  expect(JSON.stringify(template.findResources('AWS::SecretsManager::Secret'))).not.toContain(
    'seals the cookies',
  );
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ SEAL_SECRET: 'none' }) },
  });
});

test('the nonces of proofs have a secret of their own, which only the token function reads', () => {
  const reads = row(['secretsmanager:GetSecretValue'], '<VestibuleNoncesSecret>');
  const readers = Object.entries(matrixOf(withPeople)).filter(([, rows]) =>
    rows.some((one) => JSON.stringify(one) === JSON.stringify(reads)),
  );
  expect(readers.map(([name]) => name)).toEqual(['Token']);
  expect(JSON.stringify(matrixOf(withPeople)['Token'])).not.toContain('SealsSecret');
});

test('where proofs do without nonces there is no such secret, and nothing to read one with', () => {
  const off: VestibuleConfig = { ...withPeople, dpop: { nonces: 'off' } };
  const template = templateOf(off);
  expect(JSON.stringify(template.findResources('AWS::SecretsManager::Secret'))).not.toContain('nonces');
  expect(JSON.stringify(matrixOf(off)['Token'])).not.toContain('secretsmanager');
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ NONCE_SECRET: 'none', ACCESS_TOKEN_MINUTES: '15' }) },
  });
});
