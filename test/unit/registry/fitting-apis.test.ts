import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { profileNames } from '../../../lambdas/ports/identity-providers.ts';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import { readApi } from '../../../lambdas/registry/declaration/api.ts';
import { strategyKinds } from '../../../lambdas/registry/exchange-strategy.ts';
import { resolveApi } from '../../../lambdas/registry/fitting-api.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { apiDeclaration } from '../../../lib/constructs/api-declaration.ts';
import { checkConfig, InvalidConfig } from '../../../lib/config/check-config.ts';
import type { ExchangeStrategyConfig } from '../../../lib/config/downstream-apis-config.ts';
import { aChange } from '../../contract/store/mothers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { peopleConfig } from '../lib/config/broken-people.ts';
import { context } from './judged-declarations.ts';
import { registered } from './registered-provider.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const entra = 'https://login.microsoftonline.com';

/** Each profile at an issuer that tells nothing of it, and those that rules look at besides. */
const providers = [
  ...profileNames.map((profile) => ({ id: profile, issuer: 'https://id.example.com', profile })),
  { id: 'tenant', issuer: `${entra}/${tenant}/v2.0` },
  { id: 'organizations', issuer: `${entra}/organizations/v2.0`, tenants: [tenant] },
  { id: 'common', issuer: `${entra}/common/v2.0`, tenants: [tenant] },
  { id: 'org', issuer: 'https://acme.okta.com' },
  { id: 'almost', issuer: 'https://acme.okta.com/oauth2' },
  { id: 'server', issuer: 'https://acme.okta.com/oauth2/default' },
  { id: 'realm', issuer: 'https://id.example.com/realms/staff' },
] as const;

const [client, audience] = [{ id: 'exchanger' }, 'files'];
const strategies: readonly ExchangeStrategyConfig[] = [
  { kind: 'rfc8693', audience },
  { kind: 'keycloak', audience },
  { kind: 'entra-obo' },
  { kind: 'entra-agent-id', agentIdentity: 'agent' },
  { kind: 'okta', audience, client },
  { kind: 'okta', audience, client, issuer: 'https://acme.okta.com/oauth2/files' },
  { kind: 'okta', audience, client, issuer: 'https://other.okta.com/oauth2/files' },
  { kind: 'okta', audience, client, issuer: 'https://acme.okta.com:8443/oauth2/files' },
  { kind: 'okta-agent', audience, tokenEndpoint: 'https://as.example.com/token', client },
  { kind: 'auth0', audience, presented: 'p', client },
  { kind: 'cognito', audience },
];

let tables: TestTables;
let store: RegistryStore;
beforeAll(async () => {
  tables = await startTables();
  store = dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants });
  for (const provider of providers) {
    expect(await store.register('idp', { thing: registered(provider) }, aChange())).toMatchObject({
      outcome: 'written',
    });
  }
});
afterAll(async () => {
  await tables.stop();
});

test('an API fits the same identity providers at synthesis and at registration, by the same rules', async () => {
  expect(new Set(strategies.map(({ kind }) => kind))).toEqual(new Set(strategyKinds));
  const told = new Set<string>();
  for (const provider of providers) {
    for (const strategy of strategies) {
      const [synth, registration] = [
        atSynthesis(provider, strategy),
        await atRegistration(provider, strategy),
      ];
      expect([provider.id, strategy, synth]).toEqual([provider.id, strategy, registration]);
      told.add(synth);
    }
  }
  // Each rule has said no, and each profile has named what it would take.
  expect([...told].sort()).toEqual([
    'an org',
    'another org',
    'fits',
    'take auth0: rfc8693, auth0',
    'take cognito: cognito',
    'take entra: entra-obo, entra-agent-id',
    'take generic: rfc8693',
    'take keycloak: rfc8693, keycloak',
    'take okta: rfc8693, okta, okta-agent',
    'take ping: rfc8693',
    'tenants',
  ]);
});

interface Provider {
  readonly id: string;
}

const api = { id: 'an-api', uri: 'https://an-api.example.com', scopes: ['read'] };

function atSynthesis(provider: Provider, strategy: ExchangeStrategyConfig): string {
  const identityProviders = [...peopleConfig.identityProviders, { ...provider, clientId: 'vestibule' }];
  try {
    const downstreamApis = [{ ...api, idp: provider.id, strategy }];
    checkConfig({ ...peopleConfig, identityProviders, downstreamApis } as never);
    return 'fits';
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return ruleIn(error.message);
  }
}

async function atRegistration({ id }: Provider, strategy: ExchangeStrategyConfig): Promise<string> {
  const declared = readApi(apiDeclaration({ ...api, idp: id, strategy }), context);
  if (!declared.ok) throw new Error(sentence(declared.refusal));
  const resolved = await resolveApi(store, declared.value);
  return resolved.ok ? 'fits' : ruleIn(sentence(resolved.refusal));
}

/** Which rule a sentence is of; each side has words of its own for them. */
function ruleIn(said: string): string {
  const [, profile, kinds] =
    /(?:whose profile is|is of the profile) ['"](\w+)['"]; write one of ([^\n]+)$/.exec(said) ?? [];
  if (profile !== undefined) return `take ${profile}: ${kinds ?? ''}`;
  const rule = rules.find(([words]) => words.test(said));
  if (rule === undefined) throw new Error(said);
  return rule[1];
}

const rules = [
  [/is all tenants of Entra|asks one tenant of Entra/, 'tenants'],
  [/exchanges tokens of a custom authorization server, and .* is an org/, 'an org'],
  [/is in another org than/, 'another org'],
] as const;
