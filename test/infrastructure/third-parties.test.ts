import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { aConfig, anIssuer, readable, stackOf } from './synthesized.ts';

const [clerk] = aConfig.agents;

function withThirdParties(vault?: 'secrets-manager', own = true): VestibuleConfig {
  return {
    ...aConfig,
    ...(own && { issuer: anIssuer }),
    agents: [
      {
        ...clerk!,
        scopes: { ...clerk!.scopes, tracker: { required: ['issues:read'] } },
        onBehalfOf: { github: { scopes: { 'issues:read': ['ask'] } } },
      },
    ],
    identityProviders: [{ id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' }],
    egress: {
      ...(vault && { vault }),
      providers: [
        { id: 'github', uses: 'github', clientId: 'our-app' },
        {
          id: 'tracker',
          credential: { kind: 'api_key', place: 'header', name: 'X-Api-Key' },
          api: { origins: ['https://api.tracker.example.com'] },
          scopes: { 'issues:read': { description: 'Read issues', rules: ['GET /issues/*'] } },
        },
      ],
    },
  };
}

const inSecrets = stackOf(withThirdParties('secrets-manager'));
const withoutHost = stackOf(withThirdParties(undefined, false));

/** The declarations of one type, as text where they name what is known after deployment alone. */
function declared(type: string, template: Template): readonly string[] {
  const found = Object.values(template.findResources(type)) as {
    readonly Properties: { readonly Declaration: unknown };
  }[];
  return found.map(({ Properties: { Declaration: declaration } }) => readable(declaration));
}

test('a third party is declared to the registrar, and beside it the resource that policies name', () => {
  const template = Template.fromStack(inSecrets);
  const providers = declared('Custom::VestibuleEgressProvider', template).map(
    (text) => JSON.parse(text) as Record<string, unknown>,
  );
  expect(providers.map(({ id, name, agents }) => ({ id, name, agents }))).toEqual([
    {
      id: 'github',
      name: 'GitHub',
      agents: [{ agent: 'clerk', name: 'The clerk', scopes: ['issues:read'] }],
    },
    {
      ...{ id: 'tracker', name: 'tracker' },
      agents: [{ agent: 'clerk', name: 'The clerk', scopes: ['issues:read'], as_itself: true }],
    },
  ]);
  const resources = declared('Custom::VestibuleResource', template).map(
    (text) => JSON.parse(text) as Record<string, unknown>,
  );
  expect(resources.find(({ id }) => id === 'tracker')).toEqual({
    ...{
      id: 'tracker',
      uri: 'https://auth.example.com/egress/tracker',
      kind: 'egress',
      dpop: 'accepted',
      name: 'tracker',
    },
    scopes: [{ name: 'issues:read', description: 'Read issues' }],
  });
  const [agent] = declared('Custom::VestibuleAgent', template).map(
    (text) => JSON.parse(text) as { catalogue: unknown; delegations: unknown },
  );
  expect(agent).toMatchObject({
    catalogue: expect.arrayContaining([
      { resource: 'https://auth.example.com/egress/tracker', required: ['issues:read'], optional: [] },
    ]) as unknown,
    delegations: [
      {
        resource: 'https://auth.example.com/egress/github',
        scopes: [{ name: 'issues:read', from: ['ask'] }],
      },
    ],
  });
});

test('where the issuer has no host of its own, the resource of a third party is at the one that it gets', () => {
  const template = Template.fromStack(withoutHost);
  const resources = declared('Custom::VestibuleResource', template);
  expect(resources.filter((text) => text.includes('"kind":"egress"'))).toEqual([
    expect.stringContaining('"uri":"<VestibuleFrontDoorApi.ApiEndpoint>/egress/github"'),
    expect.stringContaining('"uri":"<VestibuleFrontDoorApi.ApiEndpoint>/egress/tracker"'),
  ]);
});

test('what secrets of connected accounts cost is said at synth, and nothing where they are sealed items', () => {
  const cost = Match.stringLikeRegexp(
    "'secrets-manager' costs \\$0\\.80 a connected account and month.*\\$8,000 for 10,000",
  );
  Annotations.fromStack(inSecrets).hasWarning('*', cost);
  Annotations.fromStack(withoutHost).hasNoWarning('*', Match.stringLikeRegexp('costs'));
});
