import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { SampleStack } from './sample-app.ts';
import { anApp, anIssuer, readable, withoutHash } from './synthesized.ts';

interface Found {
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

const template = Template.fromStack(new SampleStack(anApp(), 'Sample', { issuer: anIssuer }));

test('the providers name the issuer, and what proves their clients', () => {
  const configs = Object.values(
    template.findResources('AWS::BedrockAgentCore::OAuth2CredentialProvider'),
  ).map((found) => (found as Found).Properties);
  const custom = (config: object): object => ({
    CredentialProviderVendor: 'CustomOauth2',
    Oauth2ProviderConfigInput: {
      CustomOauth2ProviderConfig: {
        OauthDiscovery: { DiscoveryUrl: 'https://auth.example.com/.well-known/openid-configuration' },
        ...config,
      },
    },
  });
  const key = (id: string, algorithm: string): object => ({
    ClientAuthenticationMethod: 'PRIVATE_KEY_JWT',
    PrivateKeyJwtConfig: {
      PrivateKeySource: { KmsKeySource: { KmsKeyArn: attribute(id, 'Arn') } },
      SigningAlgorithm: algorithm,
    },
  });
  expect(configs).toEqual([
    {
      Name: 'planner-outbound',
      ...custom({
        ClientId: 'planner-agentcore',
        ...key('AuthAgentCorePlannerAssertionKey', 'RS256'),
      }),
    },
    {
      Name: expect.stringMatching(/^[a-zA-Z0-9_-]{1,128}$/) as string,
      ...custom({
        ClientId: 'planner-on-curve',
        ...key('AuthAgentCorePlannerOnCurveAssertionKey', 'ES256'),
      }),
    },
    {
      Name: expect.stringMatching(/^[a-zA-Z0-9_-]{1,128}$/) as string,
      ...custom({
        ClientId: 'analyst-agentcore',
        ClientAuthenticationMethod: 'CLIENT_SECRET_BASIC',
        ClientSecretSource: 'EXTERNAL',
        ClientSecretConfig: {
          SecretId: { Ref: expect.stringMatching(/^AuthAgentCoreAnalystSecret/) as string },
          JsonKey: 'client_secret',
        },
        OnBehalfOfTokenExchangeConfig: {
          GrantType: 'TOKEN_EXCHANGE',
          TokenExchangeGrantTypeConfig: { ActorTokenContent: 'M2M', ActorTokenScopes: ['tools:read'] },
        },
      }),
    },
    {
      Name: expect.stringMatching(/^[a-zA-Z0-9_-]{1,128}$/) as string,
      ...custom({
        ClientId: 'analyst-asserting',
        ClientAuthenticationMethod: 'CLIENT_SECRET_BASIC',
        ClientSecretSource: 'EXTERNAL',
        ClientSecretConfig: {
          SecretId: { Ref: expect.stringMatching(/^AuthAgentCoreAnalystAssertingSecret/) as string },
          JsonKey: 'client_secret',
        },
        OnBehalfOfTokenExchangeConfig: { GrantType: 'JWT_AUTHORIZATION_GRANT' },
      }),
    },
    {
      Name: expect.stringMatching(/^[a-zA-Z0-9_-]{1,128}$/) as string,
      ...custom({
        ClientId: 'analyst-role',
        ClientAuthenticationMethod: 'AWS_IAM_ID_TOKEN_JWT',
        OnBehalfOfTokenExchangeConfig: {
          GrantType: 'TOKEN_EXCHANGE',
          TokenExchangeGrantTypeConfig: { ActorTokenContent: 'AWS_IAM_ID_TOKEN_JWT' },
        },
      }),
    },
  ]);
});

test('providers that exchange tokens are clients with the grant that they send', () => {
  const grant = 'urn:ietf:params:oauth:grant-type';
  const granted = Object.values(template.findResources('Custom::VestibuleClient')).map((found) => {
    const { Declaration: declaration } = (found as Found).Properties;
    const text = readable(declaration);
    return [/"client_id":"([^"]*)"/.exec(text)?.[1], /"grant_types":\[([^\]]*)\]/.exec(text)?.[1]];
  });
  expect(Object.fromEntries(granted)).toEqual({
    'planner-client': undefined,
    'analyst-client': `"client_credentials","${grant}:token-exchange"`,
    'planner-agentcore': undefined,
    'planner-on-curve': undefined,
    'analyst-agentcore': `"client_credentials","${grant}:token-exchange"`,
    'analyst-asserting': `"client_credentials","${grant}:jwt-bearer"`,
    'analyst-role': `"client_credentials","${grant}:token-exchange"`,
  });
});

test('nobody signs the assertions of a client but AgentCore Identity', () => {
  const keys = Object.entries(template.findResources('AWS::KMS::Key')).filter(([id]) =>
    id.includes('AssertionKey'),
  );
  expect(keys.map(([, key]) => (key as Found).Properties['KeySpec'])).toEqual(['RSA_2048', 'ECC_NIST_P256']);
  for (const [, key] of keys) {
    const { KeyPolicy: policy } = (key as Found).Properties;
    const { Statement: statements } = policy as { readonly Statement: readonly object[] };
    const via = { 'kms:ViaService': 'bedrock-agentcore-identity.*.amazonaws.com' };
    expect(statements).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: ['kms:Sign', 'kms:DescribeKey'],
        Condition: { StringLike: via },
      }),
    );
    expect(statements).toContainEqual(
      expect.objectContaining({
        ...{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'kms:Sign' },
        Condition: { StringNotLike: via },
      }),
    );
  }
});

test('clients and callback URLs are registered, and the registrar may read what it needs for that', () => {
  const clients = Object.values(template.findResources('Custom::VestibuleClient')).map(
    (found) => (found as Found).Properties,
  );
  expect(clients.map(({ SecretArn: secret, SigningKeyArn: key }) => readable(secret ?? key))).toEqual([
    '<AuthSecretplannerclientSecret>',
    '<AuthSecretanalystclientSecret>',
    '<AuthAgentCorePlannerAssertionKey.Arn>',
    '<AuthAgentCorePlannerOnCurveAssertionKey.Arn>',
    '<AuthAgentCoreAnalystSecret>',
    '<AuthAgentCoreAnalystAssertingSecret>',
    'undefined',
  ]);
  const redirects = Object.values(
    template.findResources('Custom::VestibuleRedirect'),
  ) as object[] as readonly Found[];
  expect(
    redirects.map(({ Properties: { ClientId: id, RedirectUri: uri }, DependsOn: after }) => [
      id,
      readable(uri),
      after?.map(withoutHash),
    ]),
  ).toEqual([
    ['planner-agentcore', '<AuthAgentCorePlanner.CallbackUrl>', ['AuthRegistrationsClientplanneragentcore']],
    [
      'planner-on-curve',
      '<AuthAgentCorePlannerOnCurve.CallbackUrl>',
      ['AuthRegistrationsClientplanneroncurve'],
    ],
    ['analyst-agentcore', '<AuthAgentCoreAnalyst.CallbackUrl>', ['AuthRegistrationsClientanalystagentcore']],
    [
      'analyst-asserting',
      '<AuthAgentCoreAnalystAsserting.CallbackUrl>',
      ['AuthRegistrationsClientanalystasserting'],
    ],
    ['analyst-role', '<AuthAgentCoreAnalystAsRole.CallbackUrl>', ['AuthRegistrationsClientanalystrole']],
  ]);
  expect(statementsOf('AuthRegistrarRoleDefaultPolicy')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        Action: 'kms:GetPublicKey',
        Resource: attribute('AuthAgentCorePlannerAssertionKey', 'Arn'),
      }),
    ]),
  );
});

test('the role of the agent may do what AgentCore does in its name', () => {
  const statements = statementsOf('AnalystExecutionRoleDefaultPolicy');
  const via = { StringLike: { 'kms:ViaService': 'bedrock-agentcore-identity.*.amazonaws.com' } };
  expect(statements).toContainEqual(
    expect.objectContaining({
      ...{ Action: ['kms:Sign', 'kms:DescribeKey'], Condition: via },
      Resource: attribute('AuthAgentCorePlannerAssertionKey', 'Arn'),
    }),
  );
  expect(statements).toContainEqual(
    expect.objectContaining({
      Action: 'secretsmanager:GetSecretValue',
      Resource: { Ref: expect.stringMatching(/^AuthAgentCoreAnalystSecret/) as string },
    }),
  );
  expect(statements).toContainEqual(
    expect.objectContaining({
      Action: 'sts:GetWebIdentityToken',
      Condition: {
        'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': ['https://auth.example.com/token'] },
      },
    }),
  );
});

test('no secret is in the template', () => {
  const text = JSON.stringify(template.toJSON());
  expect(text).not.toContain('"ClientSecret":');
  expect(text).not.toContain('"SecretString"');
  expect(text).not.toContain('resolve:secretsmanager');
});

function statementsOf(policyId: string): readonly unknown[] {
  const [found] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(
    ([id]) => withoutHash(id) === policyId,
  );
  const { PolicyDocument: document } = (found?.[1] as Found).Properties;
  return (document as { readonly Statement: readonly unknown[] }).Statement;
}

function attribute(logicalId: string, name: string): object {
  const id = expect.stringMatching(new RegExp(`^${logicalId}[0-9A-F]{8}$`)) as string;
  return { 'Fn::GetAtt': [id, name] };
}
