import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import {
  type AttachedResource,
  type CredentialProviderOptions,
  InvalidConfig,
  Vestibule,
  type VestibuleConfig,
} from '../../../../lib/index.ts';
import { aConfig } from '../../../infrastructure/synthesized.ts';

const tools: AttachedResource = {
  id: 'tools',
  name: 'Tools',
  scopes: { 'tools:read': 'Read', 'tools:call': 'Call' },
};
const provider: CredentialProviderOptions = { agent: 'clerk', authentication: 'client-secret' };
const exchanging = { ...provider, obo: { grantType: 'TOKEN_EXCHANGE' } } as const;
const delegating: VestibuleConfig = {
  ...aConfig,
  agents: aConfig.agents.map((agent) => ({
    ...agent,
    onBehalfOf: { billing: { scopes: { 'invoices:read': ['ask'] } } },
  })),
};

/** What fails the synthesis, in the order in which it is told. */
function problems(
  options: CredentialProviderOptions,
  config: VestibuleConfig = delegating,
  attached?: AttachedResource,
): readonly string[] {
  const auth = vestibule(config);
  auth.credentialProvider('Provider', options);
  if (attached !== undefined) attach(auth, attached);
  return auth.node.findAll().flatMap(({ node }) => node.validate());
}

function vestibule(config: VestibuleConfig): Vestibule {
  return new Vestibule(new Stack(new App(), 'Stack'), 'Auth', config);
}

function attach(auth: Vestibule, resource: AttachedResource): void {
  const gateway = new CfnGateway(auth, 'Gateway', {
    ...{ name: 'tools', roleArn: 'arn:aws:iam::111122223333:role/gateway', authorizerType: 'CUSTOM_JWT' },
  });
  auth.gatewayAuthorizer({ resource }).attachTo(gateway);
}

describe('a credential provider that exchanges tokens fails the synthesis', () => {
  const who = "the credential provider of client 'clerk-agentcore'";
  const m2m = (...actorTokenScopes: string[]): CredentialProviderOptions => ({
    ...provider,
    obo: { grantType: 'TOKEN_EXCHANGE', actorTokenContent: 'M2M', actorTokenScopes },
  });
  const withoutScopes = {
    ...delegating,
    agents: delegating.agents.map((agent) => ({ ...agent, scopes: {} })),
  };

  test.each<readonly [string, CredentialProviderOptions, VestibuleConfig, string]>([
    [
      "for an agent that acts in nobody's name",
      exchanging,
      aConfig,
      "exchanges tokens for agent 'clerk', which acts in nobody's name; give that agent onBehalfOf",
    ],
    [
      'with a token of an agent that gets none',
      m2m(),
      withoutScopes,
      "needs a token of agent 'clerk' itself, which has no scopes anywhere; give it some, or write actorTokenContent: 'NONE'",
    ],
    [
      'with a scope that the agent does not get',
      m2m('invoices:raed'),
      delegating,
      "asks for the actor scope 'invoices:raed', which agent 'clerk' does not get; did you mean 'invoices:read'?",
    ],
    [
      'with scopes of several resources',
      m2m('invoices:read', 'ask'),
      delegating,
      'asks for actor scopes of several resources, and a token is for one; name those of one',
    ],
    [
      'with the token of a role that is no client',
      { ...provider, obo: { grantType: 'TOKEN_EXCHANGE', actorTokenContent: 'AWS_IAM_ID_TOKEN_JWT' } },
      delegating,
      "sends a token of the role of agent 'clerk', which is a client by no role; write authentication: 'aws-iam-jwt' with its executionRole, or add a client with method 'aws_iam_jwt'",
    ],
  ])('%s', (_what, options, config, words) => {
    expect(problems(options, config)).toEqual([`${who} ${words}`]);
  });

  test('unless it can work, by what is attached later too', () => {
    const byRole = {
      ...{ id: 'night', agent: 'clerk' },
      authentication: { method: 'aws_iam_jwt', role: 'arn:aws:iam::111122223333:role/night' },
    } as const;
    const roles = { ...delegating, clients: [...delegating.clients, byRole] };
    const actor = {
      ...provider,
      obo: { grantType: 'TOKEN_EXCHANGE', actorTokenContent: 'AWS_IAM_ID_TOKEN_JWT' },
    } as const;
    expect(problems(exchanging)).toEqual([]);
    expect(problems(m2m('invoices:read', 'invoices:write'))).toEqual([]);
    expect(problems(actor, roles)).toEqual([]);
    const rules = { clerk: { scopes: { 'tools:call': ['ask'] } } };
    expect(problems(exchanging, aConfig, { ...tools, onBehalfOf: rules })).toEqual([]);
    const scopes = { clerk: { optional: ['tools:call'] } };
    expect(problems(m2m('tools:call'), withoutScopes, { ...tools, agents: scopes })).toEqual([]);
  });
});

test('the role that acts gets its token from AWS, whatever the client proves itself by', () => {
  const auth = vestibule({
    ...delegating,
    clients: [
      ...delegating.clients,
      {
        ...{ id: 'night', agent: 'clerk' },
        authentication: { method: 'aws_iam_jwt', role: 'arn:aws:iam::111122223333:role/night' },
      },
    ],
  });
  const actor = { grantType: 'TOKEN_EXCHANGE', actorTokenContent: 'AWS_IAM_ID_TOKEN_JWT' } as const;
  const grantee = (name: string): Role =>
    new Role(auth, name, { assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com') });
  auth.credentialProvider('Acting', { ...provider, obo: actor }).grantUse(grantee('One'));
  auth.credentialProvider('Plain', { ...exchanging, clientId: 'plain' }).grantUse(grantee('Two'));
  const policies = Object.entries(Template.fromStack(Stack.of(auth)).findResources('AWS::IAM::Policy'));
  const holds = (role: string): boolean =>
    JSON.stringify(policies.find(([id]) => id.includes(`Auth${role}DefaultPolicy`))).includes(
      'sts:GetWebIdentityToken',
    );
  expect([holds('One'), holds('Two')]).toEqual([true, false]);
});

describe('what agents may do at an attached resource is refused', () => {
  test.each<readonly [string, NonNullable<AttachedResource['onBehalfOf']>, string]>([
    [
      'of an agent that the config does not have',
      { clark: { scopes: ['tools:read'] } },
      "resource.onBehalfOf.clark: 'clark' is no agent of this config; did you mean 'clerk'?",
    ],
    [
      'for a scope that it does not define',
      { clerk: { scopes: { 'tools:reed': ['ask'] } } },
      "resource.onBehalfOf.clerk.scopes: 'tools:reed' is no scope of resource 'tools'; did you mean 'tools:read'?",
    ],
    [
      'for a scope that callers never hold',
      { clerk: { scopes: { 'tools:read': ['aks'] } } },
      "resource.onBehalfOf.clerk.scopes['tools:read']: 'aks' is no scope of resource 'clerk-agent'; did you mean 'ask'?",
    ],
  ])('%s', (_what, onBehalfOf, message) => {
    expect(() => vestibule(aConfig).gatewayAuthorizer({ resource: { ...tools, onBehalfOf } })).toThrow(
      new InvalidConfig([
        { path: message.slice(0, message.indexOf(': ')), text: message.slice(message.indexOf(': ') + 2) },
      ]),
    );
  });
});
