import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import { register } from '../../../lambdas/registry/administration.ts';
import type { Author } from '../../../lambdas/registry/author.ts';
import { readApi } from '../../../lambdas/registry/declaration/api.ts';
import { strategyKinds } from '../../../lambdas/registry/exchange-strategy.ts';
import { canProve } from '../../../lambdas/registry/fitting-api.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { readTrusted } from '../../../lambdas/registry/rules.ts';
import { wireForm } from '../../../lambdas/registry/wire.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { apiDeclaration } from '../../../lib/constructs/api-declaration.ts';
import type { ExchangeStrategyConfig } from '../../../lib/config/downstream-apis-config.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { aChange, anApi } from '../../contract/store/mothers.ts';
import { context, loopback, refusalOf } from './judged-declarations.ts';
import { registered } from './registered-provider.ts';

const files = {
  ...{ id: 'files', uri: 'https://files.example.com', idp: 'partner' },
  strategy: { kind: 'rfc8693', audience: 'files' },
  scopes: [{ name: 'read', upstream: 'files.read' }, { name: 'list' }],
};

describe('the declaration of an API', () => {
  it('is read, and shown as it was read', () => {
    const read = readTrusted('api', { ...files, uri: `${files.uri}/` }, context);
    if (!read.ok) throw new Error(sentence(read.refusal));
    const shown = wireForm.api(anApi(read.value));
    expect(shown).toMatchObject({
      ...files,
      scopes: [
        { name: 'read', upstream: 'files.read' },
        { name: 'list', upstream: 'list' },
      ],
    });
  });

  it.each([
    [{ id: 'no id' }, /^id "no id": must be 1 to 64 letters/],
    [
      { uri: 'http://files.example.com' },
      /^uri "http:\/\/files\.example\.com": .*https:\/\/mcp\.example\.com\/mcp/,
    ],
    [{ uri: context.issuer }, /^uri "https:\/\/auth\.example\.com": is this issuer/],
    [{ idp: undefined }, /^idp: is required/],
    [{ more: 1 }, /^more: is no member of this declaration; remove it$/],
    [{ scopes: [] }, /^scopes \[\]: must name at least one scope/],
    [{ scopes: ['read'] }, /^scopes\[0\] "read": must be \{ name, upstream \}$/],
    [{ scopes: [{ name: 'a b' }] }, /^scopes\[0\]\.name "a b": must be one scope by its full name/],
    [{ scopes: [{ name: 'a' }, { name: 'a' }] }, /^scopes .*: must not name a scope twice$/],
    [
      { scopes: [{ name: 'a', upstream: 'a b' }] },
      /^scopes\[0\]\.upstream "a b": must be 1 to 512 printable/,
    ],
    [
      { strategy: 'keycloak' },
      /^strategy "keycloak": must be \{ kind, … \} of one of the kinds rfc8693, keycloak/,
    ],
    [
      { strategy: { kind: 'keyclaok' } },
      /^strategy\.kind "keyclaok": must be \{ kind, … \} of one of the kinds/,
    ],
    [
      { strategy: { kind: 'keycloak' } },
      /^strategy\.audience: is required; it belongs to a strategy of this kind$/,
    ],
    [
      { strategy: { kind: 'entra-obo', audience: 'x' } },
      /^strategy\.audience: is no member of this declaration/,
    ],
    [
      { strategy: { kind: 'rfc8693', presents: 'refresh_token' } },
      /^strategy\.presents "refresh_token": must be "access_token" or "id_token"$/,
    ],
    [
      {
        strategy: { kind: 'okta', audience: 'api', client_id: 'c', issuer: 'http://o.example.com/oauth2/a' },
      },
      /^strategy\.issuer ".*": must be an https URL without user information/,
    ],
    [
      {
        strategy: {
          ...{ kind: 'okta-agent', audience: 'https://as.example.com', client_id: 'c' },
          token_endpoint: 'https://me:secret@as.example.com/token',
        },
      },
      /^strategy\.token_endpoint ".*": must be an https URL/,
    ],
    [{ agents: [] }, /^agents \[\]: must not be empty; leave it out/],
    [{ agents: ['night'] }, /^agents\[0\] "night": must be \{ agent, scopes \}$/],
    [{ agents: [{ agent: 'no id', scopes: ['read'] }] }, /^agents\[0\]\.agent "no id": must be 1 to 64/],
    [{ agents: [{ agent: 'night', scopes: [] }] }, /^agents\[0\]\.scopes \[\]: must name at least one/],
    [
      { agents: [{ agent: 'night', scopes: ['read', 'read'] }] },
      /^agents\[0\]\.scopes .*: must not name a scope twice$/,
    ],
    [
      { agents: [{ agent: 'night', scopes: ['files.read'] }] },
      /^agents .*: names files\.read, which is no scope of the API; it defines read, list$/,
    ],
    [
      {
        agents: [
          { agent: 'night', scopes: ['read'] },
          { agent: 'night', scopes: ['list'] },
        ],
      },
      /^agents .*: must not name an agent twice$/,
    ],
  ])('is refused with %j', (changes, words) => {
    expect(refusalOf(readApi, { ...files, ...changes })).toMatch(words);
  });

  it('may name this machine in the dev profile', () => {
    const uri = 'http://localhost:9500';
    expect(readApi({ ...files, uri }, loopback)).toMatchObject({ value: { uri } });
  });

  it('carries every member of every strategy from the config', () => {
    const client = { id: 'exchanger' };
    const strategies: readonly ExchangeStrategyConfig[] = [
      { kind: 'rfc8693', audience: 'a', resource: 'r', presents: 'id_token', client },
      { kind: 'keycloak', audience: 'a', client },
      { kind: 'entra-obo' },
      { kind: 'entra-agent-id', agentIdentity: 'agent' },
      { kind: 'okta', audience: 'a', issuer: 'https://o.example.com/oauth2/a', client },
      {
        ...{
          kind: 'okta-agent',
          audience: 'a',
          tokenEndpoint: 'https://o.example.com/t',
          resource: 'r',
          client,
        },
      },
      { kind: 'auth0', audience: 'a', presented: 'p', client },
      { kind: 'cognito', audience: 'a', client },
    ];
    expect(strategies.map(({ kind }) => kind)).toEqual(strategyKinds);
    for (const strategy of strategies) {
      const { id, uri, idp } = files;
      const declared = apiDeclaration({ ...{ id, uri, idp }, strategy, scopes: { read: 'files.read' } });
      expect(readTrusted('api', declared, context)).toMatchObject({
        value: { strategy, scopes: [{ name: 'read', upstream: 'files.read' }] },
      });
    }
  });

  it('carries the agents that get tokens as themselves from the config', () => {
    const { id, uri, idp } = files;
    const agents = { night: ['read'], day: ['list', 'read'] };
    const strategy = { kind: 'rfc8693' } as const;
    const declared = apiDeclaration({ ...{ id, uri, idp, strategy, agents }, scopes: ['read', 'list'] });
    const read = readTrusted('api', declared, context);
    if (!read.ok) throw new Error(sentence(read.refusal));
    const expected = [
      { agent: 'night', scopes: ['read'] },
      { agent: 'day', scopes: ['list', 'read'] },
    ];
    expect(read.value.agents).toEqual(expected);
    expect(wireForm.api(anApi(read.value))).toMatchObject({ agents: expected });
  });
});

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const providers = {
  generic: { id: 'partner', issuer: 'https://idp.example.com' },
  keycloak: { id: 'keycloak', issuer: 'https://id.example.com/realms/staff' },
  entra: { id: 'entra', issuer: `https://login.microsoftonline.com/${tenant}/v2.0` },
  shared: {
    ...{ id: 'shared', issuer: 'https://login.microsoftonline.com/organizations/v2.0', tenants: [tenant] },
  },
  okta: { id: 'okta', issuer: 'https://acme.okta.com/oauth2/default' },
  org: { id: 'org', issuer: 'https://acme.okta.com' },
  auth0: { id: 'auth0', issuer: 'https://acme.eu.auth0.com' },
  cognito: { id: 'cognito', issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123' },
  ping: { id: 'ping', issuer: 'https://auth.pingone.eu/acme/as' },
} as const;

describe('an API that an operator declares', () => {
  let tables: TestTables;
  let store: RegistryStore;
  const author: Author = {
    managedBy: { kind: 'operator', arn: 'arn:aws:iam::1:user/operator' },
    ...{ at: instant(1_800_000_000), requestId: 'request' },
  };

  beforeAll(async () => {
    tables = await startTables();
    store = dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants });
    for (const provider of Object.values(providers)) {
      expect(await store.register('idp', { thing: registered(provider) }, aChange())).toEqual({
        outcome: 'written',
      });
    }
    const bySecret = registered({ id: 'by-secret', issuer: 'https://other.okta.com/oauth2/default' }, true);
    await store.register('idp', { thing: bySecret }, aChange());
  });
  afterAll(async () => {
    await tables.stop();
  });

  let count = 0;
  async function declare(changes: object): Promise<string> {
    count += 1;
    const selfRegistration = { mode: 'open', unusedSeconds: 86_400 } as const;
    const ports = { store, random: systemRandom, context, selfRegistration };
    const own = { id: `files-${count}`, uri: `https://files-${count}.example.com` };
    const done = await register(ports, 'api', { ...files, ...own, ...changes }, author);
    return done.ok ? 'registered' : sentence(done.refusal);
  }

  it.each([
    [
      'an unknown identity provider',
      { idp: 'nobody' },
      'idp "nobody": is not a registered identity provider; the config declares those',
    ],
    [
      'a way that its provider does not understand',
      { idp: 'keycloak', strategy: { kind: 'entra-obo' } },
      'strategy.kind "entra-obo": is not understood by "keycloak", whose profile is "keycloak"; write one of rfc8693, keycloak',
    ],
    [
      'all tenants of Entra',
      { idp: 'shared', strategy: { kind: 'entra-obo' } },
      'idp "shared": is all tenants of Entra, and an API is asked of one; name a provider for the tenant',
    ],
    [
      'an org of Okta in the place of an authorization server',
      { idp: 'org', strategy: { kind: 'okta', audience: 'a', client_id: 'c' } },
      'strategy.kind "okta": exchanges tokens of a custom authorization server, and "org" is an org; people have to sign in at https://acme.okta.com/oauth2/<id>',
    ],
    [
      'another org',
      {
        idp: 'okta',
        strategy: {
          ...{ kind: 'okta', audience: 'a', client_id: 'c' },
          issuer: 'https://other.okta.com/oauth2/x',
        },
      },
      'strategy.issuer "https://other.okta.com/oauth2/x": is in another org than "okta"; name an authorization server of the same',
    ],
    [
      'a client with a secret that nobody has',
      { idp: 'by-secret', strategy: { kind: 'okta', audience: 'a', client_id: 'c' } },
      'strategy.client_id "c": proves itself at "by-secret" by a secret, which a deployment alone can hold; declare the API in the config, or have the provider know the deployment by keys (authentication: \'private_key_jwt\')',
    ],
    [
      'an agent that would get tokens by the client of the deployment',
      { agents: [{ agent: 'night', scopes: ['read'] }] },
      'agents[0].agent "night": gets tokens as itself by the client of the deployment, which the config alone lets it do; leave agents out, or declare the API in the config',
    ],
  ])('is refused with %s', async (_what, changes, words) => {
    expect(await declare(changes)).toBe(words);
  });
});

test('no secret of a deployment goes where an operator chose, whatever a provider came to know the deployment by since', () => {
  const client = { id: 'exchanger' };
  const of = (managedBy: ReturnType<typeof anApi>['managedBy']) =>
    anApi({ managedBy, strategy: { kind: 'okta', audience: 'a', client } });
  const [theirs, ours] = [
    of({ kind: 'operator', arn: 'arn:aws:iam::1:user/operator' }),
    of({ kind: 'deployment', deployment: 'Vestibule' }),
  ];
  const [bySecret, byKeys] = [registered(providers.okta, true), registered(providers.okta)];
  expect([canProve(bySecret, theirs), canProve(byKeys, theirs), canProve(bySecret, ours)]).toEqual([
    ...[false, true, true],
  ]);
});
