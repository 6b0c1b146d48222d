import * as v from 'valibot';
import type { EgressProvider } from '../../ports/egress-providers.ts';
import { camelMembers, snakeMembers } from '../../registry/member-names.ts';
import type { AgentId, EgressProviderId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, registered, registrationAttributes, registrationOf, text } from './stored.ts';

const named = v.array(v.object({ name: text, value: v.string() }));
const member = v.exactOptional(text);
const number = v.exactOptional(v.number());
const yes = v.exactOptional(v.literal(true));
const agentId = v.pipe(
  text,
  v.transform((id) => id as AgentId),
);
const scopeName = v.pipe(
  text,
  v.transform((name) => name as ScopeName),
);
const agentIds = v.array(agentId);

const storedRule = v.object({
  methods: v.array(text),
  path: text,
  origin: member,
  body: v.exactOptional(
    v.array(
      v.union([
        v.object({ pointer: text, one_of: v.array(v.union([v.string(), v.number(), v.boolean()])) }),
        v.object({ pointer: text, absent: v.literal(true) }),
        v.object({ graphql: v.literal('query') }),
      ]),
    ),
  ),
});

const storedRevocation = v.variant('kind', [
  v.object({ kind: v.literal('rfc7009'), endpoint: text }),
  v.object({
    kind: v.literal('api'),
    method: v.picklist(['POST', 'DELETE']),
    url: text,
    authentication: v.picklist(['client', 'access_token']),
    body: v.picklist(['json', 'form', 'none']),
    parameters: named,
    done: v.array(v.number()),
    ok_member: member,
    gone: v.array(text),
    check_url: v.exactOptional(text),
  }),
  v.object({ kind: v.literal('by_hand'), page: text }),
]);

const ofTokenRequests = {
  scope_separator: v.picklist([' ', ',']),
  body: v.picklist(['form', 'json']),
  headers: named,
  answer: v.object({
    ...{ nested: member, ok_member: member, access_seconds: number },
    facts: v.array(v.object({ name: text, pointer: text })),
  }),
} as const;

const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_as_user'] as const;

const storedCredential = v.variant('kind', [
  v.object({
    kind: v.literal('oauth2'),
    issuer: member,
    ...{ authorization_endpoint: text, token_endpoint: text, client_id: text },
    client_authentication: v.picklist([...secretMethods, 'none']),
    authorization_parameters: named,
    scope_parameter: text,
    ...ofTokenRequests,
    refresh: v.object({
      kind: v.picklist(['rotating', 'stable', 'none']),
      ...{ grace_seconds: number, idle_seconds: number, narrows: yes },
    }),
    revocation: storedRevocation,
  }),
  v.object({
    kind: v.literal('client_credentials'),
    ...{ token_endpoint: text, client_id: text },
    client_authentication: v.picklist(secretMethods),
    ...ofTokenRequests,
  }),
  v.object({
    kind: v.literal('api_key'),
    place: v.picklist(['header', 'query']),
    ...{ name: text, prefix: v.string() },
  }),
  v.object({ kind: v.literal('basic') }),
  v.object({ kind: v.literal('github_app'), client_id: text, installation: text, key_arn: text }),
]);

const storedProvider = v.object({
  ...registered,
  kind: v.literal('provider'),
  ...{ uri: text, name: text },
  scopes: v.array(v.object({ name: scopeName, upstream: v.array(text), rules: v.array(storedRule) })),
  api: v.object({
    origins: v.array(text),
    origin_fact: member,
    origin_suffixes: v.exactOptional(v.array(text)),
    headers: named,
    request_headers: v.exactOptional(v.array(text)),
    response_headers: v.array(text),
  }),
  credential: storedCredential,
  agents: v.array(
    v.object({
      ...{ agent: agentId, name: text, scopes: v.array(scopeName) },
      ...{ as_itself: yes, provider_tokens: yes },
    }),
  ),
  groups: v.array(v.object({ id: text, agents: agentIds, connectors: v.array(text) })),
});

export function encodeEgressProvider(provider: EgressProvider): PlainRecord {
  const { id, uri, name, scopes, api, credential, agents, groups } = provider;
  return {
    ...{ pk: keyOf.egressProvider(id), kind: 'provider', id, uri, name },
    ...snakeMembers({ scopes, api, credential, agents, groups }),
    ...registrationAttributes(provider),
  };
}

export function decodeEgressProvider(item: Item): EgressProvider {
  const stored = decode(storedProvider, item);
  const { id, uri, name, scopes, api, credential, agents, groups } = stored;
  return {
    ...{ id: id as EgressProviderId, uri: uri as ResourceUri, name },
    ...camelMembers({ scopes, api, credential, agents, groups }),
    ...registrationOf(stored),
  };
}
