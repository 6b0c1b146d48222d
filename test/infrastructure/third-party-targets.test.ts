import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnGatewayTarget, Gateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { expect, test } from 'vitest';
import { InvalidConfig, Vestibule, type VestibuleConfig } from '../../lib/index.ts';
import { aConfig, anApp, anIssuer } from './synthesized.ts';

const notes = 'https://notes.example.com';
const config: VestibuleConfig = {
  ...aConfig,
  issuer: anIssuer,
  agents: aConfig.agents.map((agent) => ({
    ...agent,
    onBehalfOf: { notes: { scopes: { 'notes:read': ['ask'] } } },
  })),
  identityProviders: [
    { id: 'company', name: 'Company', issuer: 'https://idp.example.com', clientId: 'vestibule' },
  ],
  egress: {
    providers: [
      {
        ...{ id: 'notes', name: 'Notes', clientId: 'vestibule' },
        credential: {
          ...{ kind: 'oauth2', authorizationEndpoint: `${notes}/authorize`, tokenEndpoint: `${notes}/token` },
          revocation: { kind: 'rfc7009', endpoint: `${notes}/revoke` },
        },
        api: { origins: [notes] },
        scopes: {
          'notes:read': { description: 'Read your notes', upstream: ['read'], rules: ['GET /v1/notes'] },
        },
      },
    ],
  },
};

/** What a customer's own stack has: a gateway that acts for whoever calls it, with a third party behind it. */
function template(): Template {
  const stack = new Stack(anApp(), 'Sample', { analyticsReporting: false });
  const auth = new Vestibule(stack, 'Auth', config);
  const inbound = auth.gatewayAuthorizer({
    resource: {
      ...{ id: 'assistant', name: 'Assistant', kind: 'agent', agent: 'clerk' },
      scopes: { ask: 'Ask the assistant' },
    },
  });
  const gateway = new Gateway(stack, 'Assistant', { authorizerConfiguration: inbound });
  inbound.attachTo(gateway);
  const outbound = auth.credentialProvider('Outbound', {
    ...{ agent: 'clerk', authentication: 'private-key-jwt', obo: { grantType: 'TOKEN_EXCHANGE' } },
  });
  outbound.grantUse(gateway.role);
  const target = outbound.thirdPartyTarget({
    ...{ thirdParty: 'notes', scopes: ['notes:read'], inNameOf: 'caller' },
  });
  new CfnGatewayTarget(stack, 'Notes', {
    gatewayIdentifier: gateway.gatewayId,
    name: 'notes',
    targetConfiguration: {
      mcp: {
        openApiSchema: {
          inlinePayload: stack.toJsonString({
            openapi: '3.0.3',
            info: { title: 'Notes', version: '1' },
            servers: [{ url: target.serverUrl }],
            paths: {
              '/v1/notes': { get: { operationId: 'listNotes', responses: { 200: { description: 'ok' } } } },
            },
          }),
        },
      },
    },
    credentialProviderConfigurations: [target.credentials],
  });
  expect(() => outbound.thirdPartyTarget({ thirdParty: 'nodes', scopes: [], inNameOf: 'agent' })).toThrow(
    InvalidConfig,
  );
  return Template.fromStack(stack);
}

test('a target of a gateway calls a third party by the proxy, with tokens of this deployment', () => {
  const found = Object.values(template().findResources('AWS::BedrockAgentCore::GatewayTarget'));
  const [{ Properties: of }] = found as [{ readonly Properties: Readonly<Record<string, unknown>> }];
  const proxy = 'https://auth.example.com/egress/notes';
  expect(of['CredentialProviderConfigurations']).toEqual([
    {
      CredentialProviderType: 'OAUTH',
      CredentialProvider: {
        OauthCredentialProvider: {
          ProviderArn: {
            'Fn::GetAtt': [
              expect.stringMatching(/^AuthAgentCoreOutbound/) as string,
              'CredentialProviderArn',
            ],
          },
          ...{ Scopes: ['notes:read'], GrantType: 'TOKEN_EXCHANGE', CustomParameters: { resource: proxy } },
        },
      },
    },
  ]);
  const told = JSON.stringify(of['TargetConfiguration']);
  expect([told.includes(proxy), told.includes(notes)]).toEqual([true, false]);
});
