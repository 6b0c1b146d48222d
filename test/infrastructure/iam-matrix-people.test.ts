import { expect, test } from 'vitest';
import { keys, matrixOf, row } from './roles.ts';
import { aConfig } from './synthesized.ts';

const people = {
  ...aConfig,
  identityProviders: [
    { id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' },
    {
      id: 'partner',
      issuer: 'https://partner.example.com',
      clientId: 'vestibule',
      clientSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner-AbCdEf',
    },
  ],
};

test('one function alone holds what identity providers know us by, and what is kept of people', () => {
  const { Downstream: downstream, ...others } = matrixOf(people);
  expect(downstream).toEqual([
    row(['logs:CreateLogStream', 'logs:PutLogEvents'], '<VestibuleDownstreamLogs.Arn>'),
    row(
      ['secretsmanager:GetSecretValue'],
      expect.stringMatching(/^<VestibuleIdpSecretcompanySecret>$/) as string,
    ),
    row(['kms:Decrypt'], '<VestibuleDataKey.Arn>', {
      'StringEquals kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com',
    }),
    row(
      ['secretsmanager:GetSecretValue'],
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner-AbCdEf',
    ),
    row(['dynamodb:BatchGetItem'], '<VestibuleRegistryTable.Arn>', keys('idp#*')),
    row(
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      '<VestibuleVaultTable.Arn>',
      keys('upstream-grant#*'),
    ),
    row(['kms:Decrypt', 'kms:GenerateDataKey'], '<VestibuleDataKey.Arn>', {
      'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
      'StringEquals kms:EncryptionContext:purpose': 'upstream-grant',
    }),
  ]);
  for (const [name, statements] of Object.entries(others)) {
    expect([name, JSON.stringify(statements)]).toEqual([
      name,
      expect.not.stringMatching(/VaultTable|upstream-grant|IdpSecret|secret:partner/),
    ]);
  }
});

test('without identity providers there is nothing of all that', () => {
  expect(matrixOf(aConfig)).not.toHaveProperty('Downstream');
});
