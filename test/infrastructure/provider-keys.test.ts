import { expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { keys, matrixOf, registry, row } from './roles.ts';
import { aConfig, templateOf, withoutHash } from './synthesized.ts';

const config: VestibuleConfig = {
  ...aConfig,
  identityProviders: [
    {
      ...{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' },
      authentication: { method: 'private_key_jwt', alg: 'PS256', keys: ['old', 'new'] },
    },
    {
      ...{ id: 'partner', issuer: 'https://partner.example.com', clientId: 'vestibule' },
      authentication: { method: 'private_key_jwt', alg: 'ES256' },
    },
    {
      ...{ id: 'guests', issuer: 'https://guests.example.com', clientId: 'vestibule' },
      authentication: 'client_secret',
    },
  ],
};

interface Key {
  readonly KeySpec: string;
  readonly KeyUsage: string;
  readonly KeyPolicy: {
    readonly Statement: readonly {
      readonly Effect: string;
      readonly Action: string;
      readonly Condition?: unknown;
    }[];
  };
}

const found: readonly (readonly [string, Key])[] = Object.entries(
  templateOf(config).findResources('AWS::KMS::Key'),
).map(([id, resource]) => [withoutHash(id), (resource as { Properties: Key }).Properties]);
const providerKeys = found.filter(([id]) => id.includes('IdpKeys'));

test('each identity provider that knows the deployment by keys has its own, and no secret', () => {
  expect(providerKeys.map(([id, { KeySpec, KeyUsage }]) => [id, KeySpec, KeyUsage])).toEqual([
    ['VestibuleIdpKeyscompanyKeyold', 'RSA_2048', 'SIGN_VERIFY'],
    ['VestibuleIdpKeyscompanyKeynew', 'RSA_2048', 'SIGN_VERIFY'],
    ['VestibuleIdpKeyspartnerKey1', 'ECC_NIST_P256', 'SIGN_VERIFY'],
  ]);
  const secrets = Object.keys(templateOf(config).findResources('AWS::SecretsManager::Secret'));
  expect(secrets.map(withoutHash).filter((id) => id.includes('Idp'))).toEqual([
    'VestibuleIdpSecretguestsSecret',
  ]);
});

test('one function signs by them and by what they are for, whatever the policies of others say', () => {
  const { Downstream: downstream, ...others } = matrixOf(config);
  const signs = (arns: string, ...algorithms: readonly string[]): object =>
    row(['kms:Sign'], arns, {
      'StringEquals kms:SigningAlgorithm': algorithms,
      'StringEquals kms:MessageType': 'DIGEST',
    });
  expect(downstream).toEqual(
    expect.arrayContaining([
      signs(
        '<VestibuleIdpKeyscompanyKeyold.Arn> <VestibuleIdpKeyscompanyKeynew.Arn>',
        'RSASSA_PSS_SHA_256',
        'RSASSA_PKCS1_V1_5_SHA_256',
      ),
      signs('<VestibuleIdpKeyspartnerKey1.Arn>', 'ECDSA_SHA_256'),
    ]),
  );
  for (const [name, statements] of Object.entries(others)) {
    const touching = statements.filter((statement) => JSON.stringify(statement).includes('IdpKeys'));
    expect([name, touching.flatMap((statement) => (statement as { actions: string[] }).actions)]).toEqual([
      name,
      name === 'Registrar' ? ['kms:GetPublicKey', 'kms:GetPublicKey'] : [],
    ]);
  }
  for (const [id, { KeyPolicy: policy }] of providerKeys) {
    const denied = policy.Statement.filter(({ Effect: effect }) => effect === 'Deny');
    expect([id, denied]).toMatchObject([id, [{ Action: 'kms:Sign' }]]);
    expect(JSON.stringify(denied[0]?.Condition)).toMatch(
      /^\{"ArnNotEquals":\{"aws:PrincipalArn":\{"Fn::GetAtt":\["VestibuleDownstreamRole\w+","Arn"\]\}\}\}$/,
    );
  }
});

test('the public halves are published where there are any, and an identity provider is read for nothing else', () => {
  const routesOf = (of: VestibuleConfig): readonly string[] =>
    Object.values(templateOf(of).findResources('AWS::ApiGatewayV2::Route')).map(
      (route) => (route as { Properties: { RouteKey: string } }).Properties.RouteKey,
    );
  const route = 'ANY /.well-known/identity-provider-keys/{idp}';
  expect([routesOf(config).includes(route), routesOf(aConfig).includes(route)]).toEqual([true, false]);
  const reads = (...items: readonly string[]): object =>
    row(['dynamodb:BatchGetItem'], registry, keys(...items));
  const [withKeys, without] = [matrixOf(config)['Discovery'], matrixOf(aConfig)['Discovery']];
  expect(withKeys).toContainEqual(reads('resource#*', 'resource-id#*', 'key-ring#*', 'idp#*'));
  expect(without).toContainEqual(reads('resource#*', 'resource-id#*', 'key-ring#*'));
  expect(Object.keys(templateOf(config).findOutputs('*')).map(withoutHash)).toEqual(
    expect.arrayContaining(['VestibuleIdpKeyscompanyJwksUri', 'VestibuleIdpKeyspartnerJwksUri']),
  );
});
