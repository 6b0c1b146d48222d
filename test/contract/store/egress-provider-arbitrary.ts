import fc from 'fast-check';
import type {
  BodyRule,
  EgressCredential,
  EgressProvider,
  EgressRevocation,
  NamedValue,
  OfferedAgent,
  RequestRule,
} from '../../../lambdas/ports/egress-providers.ts';
import type { AgentId, ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { few, registration, text } from './arbitraries.ts';

const some = text();
const any = fc.string({ unit: 'grapheme', maxLength: 20 });
const seconds = fc.integer({ min: 1, max: 400_000_000 });
const named: fc.Arbitrary<NamedValue[]> = few(fc.record({ name: some, value: any }));
const yes = fc.constant(true as const);

/** A record of which only the named members are always there. */
function partial<Whole>(
  members: { [Name in keyof Whole]-?: fc.Arbitrary<Exclude<Whole[Name], undefined>> },
  requiredKeys: readonly (keyof Whole & string)[],
): fc.Arbitrary<Whole> {
  return fc.record(members, { requiredKeys: [...requiredKeys] }) as fc.Arbitrary<Whole>;
}

const body: fc.Arbitrary<BodyRule> = fc.oneof(
  fc.record({ pointer: some, oneOf: few(fc.oneof(any, fc.maxSafeInteger(), fc.boolean())) }),
  fc.record({ pointer: some, absent: yes }),
  fc.constant({ graphql: 'query' as const }),
);

const rules: fc.Arbitrary<RequestRule[]> = few(
  partial<RequestRule>({ methods: few(some), path: some, origin: some, body: few(body) }, [
    'methods',
    'path',
  ]),
);

const revocation: fc.Arbitrary<EgressRevocation> = fc.oneof(
  fc.record({ kind: fc.constant('rfc7009' as const), endpoint: some }),
  fc.record({ kind: fc.constant('by_hand' as const), page: some }),
  fc.record(
    {
      kind: fc.constant('api' as const),
      method: fc.constantFrom('POST' as const, 'DELETE' as const),
      ...{ url: some, parameters: named, done: few(fc.integer({ min: 200, max: 299 })) },
      authentication: fc.constantFrom('client' as const, 'access_token' as const),
      body: fc.constantFrom('json' as const, 'form' as const, 'none' as const),
      ...{ okMember: some, gone: few(some) },
      checkUrl: some,
    },
    { requiredKeys: ['kind', 'method', 'url', 'authentication', 'body', 'parameters', 'done', 'gone'] },
  ),
);

const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_as_user'] as const;
const ofTokenRequests = {
  scopeSeparator: fc.constantFrom(' ' as const, ',' as const),
  body: fc.constantFrom('form' as const, 'json' as const),
  headers: named,
  answer: fc.record(
    {
      ...{ nested: some, okMember: some, accessSeconds: seconds },
      facts: few(fc.record({ name: some, pointer: some })),
    },
    { requiredKeys: ['facts'] },
  ),
};

const credential: fc.Arbitrary<EgressCredential> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('oauth2' as const),
      ...{ issuer: some, authorizationEndpoint: some, tokenEndpoint: some, clientId: some },
      clientAuthentication: fc.constantFrom(...secretMethods, 'none' as const),
      ...{ authorizationParameters: named, scopeParameter: some },
      ...ofTokenRequests,
      refresh: fc.record(
        {
          kind: fc.constantFrom('rotating' as const, 'stable' as const, 'none' as const),
          ...{ graceSeconds: seconds, idleSeconds: seconds, narrows: yes },
        },
        { requiredKeys: ['kind'] },
      ),
      revocation,
    },
    {
      requiredKeys: [
        ...(['kind', 'authorizationEndpoint', 'tokenEndpoint', 'clientId', 'clientAuthentication'] as const),
        ...(['authorizationParameters', 'scopeParameter', 'scopeSeparator', 'body', 'headers'] as const),
        ...(['answer', 'refresh', 'revocation'] as const),
      ],
    },
  ),
  fc.record({
    kind: fc.constant('client_credentials' as const),
    ...{ tokenEndpoint: some, clientId: some },
    clientAuthentication: fc.constantFrom(...secretMethods),
    ...ofTokenRequests,
  }),
  fc.record({
    kind: fc.constant('api_key' as const),
    place: fc.constantFrom('header' as const, 'query' as const),
    ...{ name: some, prefix: any },
  }),
  fc.constant({ kind: 'basic' as const }),
  fc.record({
    kind: fc.constant('github_app' as const),
    ...{ clientId: some, installation: some, keyArn: some },
  }),
);

export const egressProviders: fc.Arbitrary<EgressProvider> = fc.record({
  ...registration,
  ...{ id: text<EgressProvider['id']>(), uri: text<EgressProvider['uri']>(), name: some },
  scopes: few(fc.record({ name: text<ScopeName>(), upstream: few(some), rules })),
  api: partial<EgressProvider['api']>(
    {
      ...{ origins: few(some), originFact: some, originSuffixes: few(some) },
      ...{ headers: named, requestHeaders: few(some), responseHeaders: few(some) },
    },
    ['origins', 'headers', 'responseHeaders'],
  ),
  credential,
  agents: few(
    partial<OfferedAgent>(
      {
        ...{ agent: text<AgentId>(), name: some, scopes: few(text<ScopeName>()) },
        ...{ asItself: yes, providerTokens: yes },
      },
      ['agent', 'name', 'scopes'],
    ),
  ),
  groups: few(fc.record({ id: some, agents: few(text<AgentId>()), connectors: few(some) })),
});
