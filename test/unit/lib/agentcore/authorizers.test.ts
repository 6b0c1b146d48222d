import { App, Stack } from 'aws-cdk-lib';
import { CfnGateway, CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import { describe, expect, test } from 'vitest';
import {
  type AttachedResource,
  type CredentialProviderOptions,
  type GatewayAuthorizerOptions,
  InvalidConfig,
  type RuntimeAuthorizerOptions,
  Vestibule,
} from '../../../../lib/index.ts';
import { aConfig } from '../../../infrastructure/synthesized.ts';

const tools: AttachedResource = {
  id: 'tools',
  name: 'Tools',
  scopes: { 'tools:read': 'Read', 'tools:call': 'Call' },
};

describe('a gateway authorizer is refused', () => {
  test.each<readonly [string, GatewayAuthorizerOptions, string]>([
    [
      'for a resource that the config does not have',
      { resource: 'biling' },
      "resource: 'biling' is no resource of this config; did you mean 'billing'?",
    ],
    [
      'for a scope that the resource does not define',
      { resource: tools, scopes: ['tools:reed'] },
      "scopes[0]: 'tools:reed' is no scope of resource 'tools'; did you mean 'tools:read'?",
    ],
    [
      'for a scope that is named twice',
      { resource: tools, scopes: ['tools:read', 'tools:read'] },
      "scopes[1]: 'tools:read' is named twice; once will do",
    ],
    [
      'with an empty list of scopes',
      { resource: tools, scopes: [] },
      'scopes: names no scope; name one, or leave it out to let each of them in',
    ],
    [
      'with an empty list of clients',
      { resource: tools, allowedClients: [] },
      'allowedClients: lets no client in; name one, or leave it out to let each of them in',
    ],
    [
      'for what cannot be a client',
      { resource: tools, allowedClients: ['the planner'] },
      "allowedClients[0]: 'the planner' is no client id; use the id of a client, 1 to 64 of A-Z a-z 0-9 _ -",
    ],
    [
      'that advertises a scope for one it does not check',
      { resource: tools, scopes: ['tools:read'], advertisedScopeMapping: { 'tools:call': 'tools:read' } },
      "advertisedScopeMapping['tools:call']: 'tools:call' is none of scopes; use one of tools:read",
    ],
    [
      'that advertises a scope which nobody gets',
      { resource: tools, advertisedScopeMapping: { 'tools:call': 'tools:cal' } },
      "advertisedScopeMapping['tools:call']: 'tools:cal' is no scope of resource 'tools'; did you mean 'tools:call'?",
    ],
    [
      'with more mappings than AgentCore takes',
      { resource: manyScopes(51), advertisedScopeMapping: manyMappings(51) },
      'advertisedScopeMapping: has 51 entries; AgentCore takes 50, and a scope that is not mapped is advertised as it is',
    ],
    [
      'for a resource with the id of another',
      { resource: { ...tools, id: 'billing' } },
      "resource.id: 'billing' is the id of resources[0] too; choose another",
    ],
    [
      'for a resource without a scope',
      { resource: { ...tools, scopes: {} } },
      'resource.scopes: names no scope; a token without a scope allows nothing',
    ],
    [
      'for a resource with a wildcard',
      { resource: { ...tools, scopes: { '*': 'Everything' } } },
      "resource.scopes: '*' is a wildcard; name each scope",
    ],
    [
      'that gives scopes to an unknown agent',
      { resource: { ...tools, agents: { clark: { required: ['tools:read'] } } } },
      "resource.agents.clark: 'clark' is no agent of this config; did you mean 'clerk'?",
    ],
    [
      'that gives an agent a scope which is not there',
      { resource: { ...tools, agents: { clerk: { optional: ['tools:rea'] } } } },
      "resource.agents.clerk: 'tools:rea' is no scope of resource 'tools'; did you mean 'tools:read'?",
    ],
    [
      'that gives an agent no scope',
      { resource: { ...tools, agents: { clerk: {} } } },
      'resource.agents.clerk: names no scope; write required or optional ones',
    ],
    [
      'for a resource with a field that does not exist',
      { resource: { ...tools, url: 'https://example.com' } as AttachedResource },
      "resource.url: is no field; did you mean 'uri'?",
    ],
  ])('%s', (_what, options, message) => {
    expect(refusal(() => aVestibule().gatewayAuthorizer(options))).toBe(message);
  });
});

describe('a runtime authorizer is refused', () => {
  test.each<readonly [string, RuntimeAuthorizerOptions['allowedWorkloadConfiguration'], string]>([
    [
      'with both kinds of workload',
      { hostingEnvironments: ['arn'], workloadIdentities: ['planner'] },
      'allowedWorkloadConfiguration: names hostingEnvironments and workloadIdentities; AgentCore takes one of the two',
    ],
    [
      'with no workload',
      { workloadIdentities: [] },
      'allowedWorkloadConfiguration: lets no workload in; name one, or leave it out to check the token alone',
    ],
    [
      'with neither kind of workload',
      {},
      'allowedWorkloadConfiguration: lets no workload in; name one, or leave it out to check the token alone',
    ],
  ])('%s', (_what, allowedWorkloadConfiguration, message) => {
    expect(
      refusal(() =>
        aVestibule().runtimeAuthorizer({
          resource: tools,
          allowedWorkloadConfiguration: allowedWorkloadConfiguration!,
        }),
      ),
    ).toBe(message);
  });
});

describe('a credential provider is refused', () => {
  const provider: CredentialProviderOptions = { agent: 'clerk', authentication: 'private-key-jwt' };
  test.each<readonly [string, CredentialProviderOptions, string]>([
    [
      'for an agent that the config does not have',
      { ...provider, agent: 'clark' },
      "agent: 'clark' is no agent of this config; did you mean 'clerk'?",
    ],
    [
      'for a client that the config has already',
      { ...provider, clientId: 'clerk-client' },
      "clientId: 'clerk-client' is the id of clients[0] too; choose another",
    ],
    [
      'for a client with the name of an agent',
      { ...provider, clientId: 'clerk' },
      "agents[0].id: 'clerk' is clientId too, and a token could not tell them apart; choose another",
    ],
    [
      'for what cannot be a client',
      { ...provider, clientId: 'the clerk' },
      "clientId: 'the clerk' is not an id; use 1 to 64 of A-Z a-z 0-9 _ -",
    ],
    [
      'with a name that AgentCore does not take',
      { ...provider, name: 'my provider' },
      "name: 'my provider' is no name of a provider; use 1 to 128 of A-Z a-z 0-9 _ -",
    ],
    [
      'with an algorithm for a secret',
      { ...provider, authentication: 'client-secret', signingAlgorithm: 'ES256' },
      "signingAlgorithm: 'ES256' stands beside 'client-secret', which signs nothing; remove it",
    ],
    [
      'without the role that it is the proof of',
      { ...provider, authentication: 'aws-iam-jwt' },
      "executionRole: is missing; write the role of the runtime, which 'aws-iam-jwt' is the proof of",
    ],
    [
      'with an actor where there is none',
      { ...provider, obo: { grantType: 'JWT_AUTHORIZATION_GRANT', actorTokenContent: 'M2M' } },
      "obo.actorTokenContent: 'M2M' stands beside 'JWT_AUTHORIZATION_GRANT', which has no actor; remove it",
    ],
    [
      'with scopes of a token that nobody asks for',
      { ...provider, obo: { grantType: 'TOKEN_EXCHANGE', actorTokenScopes: ['ask'] } },
      "obo.actorTokenScopes: is given, but no token is asked for an actor; write actorTokenContent: 'M2M', or remove it",
    ],
  ])('%s', (_what, options, message) => {
    expect(refusal(() => aVestibule().credentialProvider('Provider', options))).toBe(message);
  });
});

describe('an authorizer', () => {
  test('is refused beside tokens that AgentCore does not verify', () => {
    const signing = { mode: 'envelope', algorithm: 'ES256' } as const;
    const auth = new Vestibule(new Stack(new App(), 'Curved'), 'Auth', { ...aConfig, signing });
    const refused = "signing.algorithm: 'ES256' is not verified by AgentCore; write 'RS256'";
    expect(refusal(() => auth.gatewayAuthorizer({ resource: tools }))).toBe(refused);
    expect(refusal(() => auth.runtimeAuthorizer({ resource: tools }))).toBe(refused);
  });

  test('that guards nothing fails the synthesis', () => {
    const auth = aVestibule();
    auth.gatewayAuthorizer({ resource: tools });
    auth.runtimeAuthorizer({ resource: 'clerk-agent' });
    expect(auth.node.findAll().flatMap(({ node }) => node.validate())).toEqual([
      "the gatewayAuthorizer of resource 'tools' guards nothing; call its attachTo with what it guards",
      "the runtimeAuthorizer of resource 'clerk-agent' guards nothing; call its attachTo with what it guards",
    ]);
  });

  test('guards one thing', () => {
    const auth = aVestibule();
    const authorizer = auth.gatewayAuthorizer({ resource: tools });
    authorizer.attachTo(aGateway(auth, 'one'));
    expect(auth.node.findAll().flatMap(({ node }) => node.validate())).toEqual([]);
    expect(
      refusal(() => {
        authorizer.attachTo(aGateway(auth, 'two'));
      }),
    ).toBe(
      "resource: 'tools' is attached to 'Mine/one'; make another authorizer, with a resource of its own",
    );
    expect(refusal(() => auth.runtimeAuthorizer({ resource: tools }))).toBe(
      "resource.id: 'tools' is the id of another resource that is attached; choose another",
    );
  });

  test('is attached to what has a name that the service takes', () => {
    const auth = aVestibule();
    expect(
      refusal(() => {
        auth.gatewayAuthorizer({ resource: tools }).attachTo(aGateway(auth, 'n'.repeat(49)));
      }),
    ).toBe(
      `gatewayName: '${'n'.repeat(49)}' is no name of a gateway; use up to 48 letters and digits, with single hyphens between them`,
    );
    const runtime = new CfnRuntime(Stack.of(auth), 'Runtime', {
      agentRuntimeName: 'my-runtime',
      roleArn: 'role',
      agentRuntimeArtifact: {},
    });
    expect(
      refusal(() => {
        auth.runtimeAuthorizer({ resource: 'clerk-agent' }).attachTo(runtime);
      }),
    ).toBe(
      "runtimeName: 'my-runtime' is no name of a runtime; use a letter and up to 47 letters, digits and underscores",
    );
  });

  test('gives no scopes to agents that would have to wait for another stack', () => {
    const app = new App();
    const auth = new Vestibule(new Stack(app, 'Mine'), 'Auth', aConfig);
    const authorizer = auth.gatewayAuthorizer({
      resource: { ...tools, agents: { clerk: { required: ['tools:read'] } } },
    });
    expect(
      refusal(() => {
        authorizer.attachTo(aGateway(new Stack(app, 'Team'), 'tools'));
      }),
    ).toBe(
      "resource.agents: is given, but 'Team/tools' is in another stack than the agents, and each would wait for the other; put it into theirs",
    );
  });
});

function aVestibule(): Vestibule {
  return new Vestibule(new Stack(new App(), 'Mine'), 'Auth', aConfig);
}

function aGateway(near: Vestibule | Stack, name: string): CfnGateway {
  return new CfnGateway(Stack.of(near), name, { name, roleArn: 'role', authorizerType: 'CUSTOM_JWT' });
}

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message;
    throw error;
  }
  return 'accepted';
}

function manyScopes(count: number): AttachedResource {
  const names = Array.from({ length: count }, (_, index) => [`s${index}`, 'A scope'] as const);
  return { ...tools, scopes: Object.fromEntries(names) };
}

function manyMappings(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, 's0']));
}
