import { describe, expect, it } from 'vitest';
import type { Registration } from '../../../lambdas/ports/registry.ts';
import { readEgressProvider } from '../../../lambdas/registry/declaration/egress-provider.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { wireForm } from '../../../lambdas/registry/wire.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { context, loopback, refusalOf } from './judged-declarations.ts';
import { apiKey, credential, issues, rule, tracker } from './tracker-declaration.ts';

const byCall = {
  ...{ kind: 'api', method: 'DELETE', url: 'https://tracker.example.com/apps/{client_id}/grant' },
  ...{ authentication: 'client', body: 'json', done: [204] },
  parameters: [{ name: 'access_token', value: '{access_token}' }],
};
const narrowing = { ...credential, refresh: { kind: 'stable', narrows: true } };

const withRule = (changes: object) => ({ scopes: [{ ...issues, rules: [{ ...rule, ...changes }] }] });
const withApi = (changes: object) => ({ api: { ...tracker.api, ...changes } });
const withCredential = (changes: object) => ({ credential: { ...credential, ...changes } });
const withRevocation = (changes: object) => withCredential({ revocation: { ...byCall, ...changes } });

describe('the declaration of a third party', () => {
  it('is read, and shown as it was read, with what it leaves out', () => {
    const read = readEgressProvider(tracker, context);
    if (!read.ok) throw new Error(sentence(read.refusal));
    const registration: Registration = {
      ...{ state: 'active' as const, createdAt: instant(1), updatedAt: instant(1) },
      managedBy: { kind: 'deployment', deployment: 'D' },
    };
    expect(wireForm.provider({ ...read.value, ...registration })).toEqual({
      ...tracker,
      uri: 'https://auth.example.com/egress/tracker',
      api: { ...tracker.api, headers: [], response_headers: [] },
      credential: {
        ...credential,
        ...{ authorization_parameters: [], scope_parameter: 'scope', scope_separator: ' ', body: 'form' },
        ...{ headers: [], answer: { facts: [] }, refresh: { kind: 'rotating' } },
      },
      groups: [],
      ...{ state: 'active', created_at: '1970-01-01T00:00:01Z', updated_at: '1970-01-01T00:00:01Z' },
      managed_by: { kind: 'deployment', deployment: 'D' },
    });
  });

  it.each([
    [{ api: { origins: ['https://a.example.com:8443'], response_headers: ['x-ratelimit-remaining'] } }],
    [withApi({ headers: [{ name: 'Accept', value: 'application/vnd.github+json' }] })],
    [withRule({ path: '/' })],
    [withRule({ path: '/files/**' })],
    [withRule({ path: '/a%C3%A9%20b/*' })],
    [withRule({ methods: ['POST'], body: [{ pointer: '/team/id', one_of: ['T1', 7, true] }] })],
    [withRule({ body: [{ pointer: '/a~1b', absent: true }, { graphql: 'query' }] })],
    [withRule({ origin: 'https://api.tracker.example.com' })],
    [withRevocation({})],
    [
      withCredential({
        answer: { facts: [{ name: 'instance_url', pointer: '/instance_url' }] },
        revocation: { ...byCall, url: 'https://tracker.example.com/{fact:instance_url}' },
      }),
    ],
    [{ scopes: [{ ...issues, upstream: [] }], credential: apiKey }],
    [
      {
        scopes: [{ ...issues, upstream: ['issues:read'] }],
        credential: {
          kind: 'github_app',
          client_id: 'Iv1',
          installation: '42',
          key_arn: 'arn:aws:kms:eu-west-1:123456789012:key/abc',
        },
      },
    ],
    [{ groups: [{ id: 'night', agents: ['planner'], connectors: ['lead'] }] }],
    [{ credential: narrowing, agents: [{ ...tracker.agents[0], provider_tokens: true }] }],
  ])('may hold %j', (changes) => {
    const read = readEgressProvider({ ...tracker, ...changes }, context);
    expect(read.ok ? '' : sentence(read.refusal)).toBe('');
  });

  it.each<readonly [object, RegExp]>([
    [{ id: 'no id' }, /^id "no id": must be 1 to 64 letters/],
    [{ uri: 'https://auth.example.com/egress/tracker' }, /^uri: is no member of this declaration/],
    [{ more: 1 }, /^more: is no member of this declaration; remove it$/],
    [{ scopes: [] }, /^scopes \[\]: must name at least one scope/],
    [{ scopes: [issues, issues] }, /^scopes .*: must not name a scope twice$/],
    [{ scopes: [{ ...issues, rules: [] }] }, /^scopes\[0\]\.rules \[\]: must hold at least one rule/],
    [{ scopes: [{ ...issues, upstream: ['a b'] }] }, /^scopes\[0\]\.upstream\[0\] "a b": must be 1 to 512/],
    [
      { scopes: [{ ...issues, upstream: ['a,b'] }], ...withCredential({ scope_separator: ',' }) },
      /^scopes .*: names a,b, which would be two scopes of the provider/,
    ],
    [
      {
        scopes: [
          {
            ...issues,
            rules: Array.from({ length: 40 }, (_, n) => ({ ...rule, path: `/${'a'.repeat(90)}${n}` })),
          },
        ],
      },
      /^scopes\[0\]\.rules .*: must not be longer than 3000 bytes/,
    ],
    [withRule({ methods: [] }), /^scopes\[0\]\.rules\[0\]\.methods \[\]: must name at least one method/],
    [withRule({ methods: ['get'] }), /methods\[0\] "get": must be one of GET, HEAD, POST/],
    [withRule({ methods: ['TRACE'] }), /methods\[0\] "TRACE": must be one of/],
    [
      withRule({ origin: 'https://evil.example.com' }),
      /^scopes .*has a rule for https:\/\/evil\.example\.com, which is no origin/,
    ],
    [withRule({ body: [{ pointer: 'team', absent: true }] }), /body\[0\].*: must be/],
    [withRule({ body: [{ pointer: '/team', one_of: [] }] }), /body\[0\]/],
    [withRule({ body: [{ pointer: '/team', one_of: [1.5] }] }), /body\[0\]/],
    [withRule({ body: [{ graphql: 'mutation' }] }), /body\[0\]/],
    [{ api: { origins: [] } }, /^api\.origins \[\]: must name at least one origin/],
    [withApi({ origins: ['http://api.example.com'] }), /^api\.origins\[0\] .*: must be an https URL/],
    [withApi({ origins: ['https://api.example.com/v1'] }), /^api\.origins\[0\] .*: must be an origin/],
    [withApi({ origins: ['https://api.example.com/'] }), /^api\.origins\[0\] .*: must be an origin/],
    [withApi({ origins: ['https://API.example.com'] }), /^api\.origins\[0\] .*: must be an origin/],
    [withApi({ origin_fact: 'host' }), /^api\.origin_fact "host": needs origin_suffixes/],
    [withApi({ origin_suffixes: ['.example.com'] }), /^api\.origin_suffixes .*: needs origin_fact/],
    [
      withApi({ origin_fact: 'host', origin_suffixes: ['.com'] }),
      /^api\.origin_suffixes\[0\] "\.com": .*two labels/,
    ],
    [
      withApi({ origin_fact: 'host', origin_suffixes: ['.example.com'] }),
      /^api .*has its origin in host, which is no fact of the credential/,
    ],
    ...[
      'Host',
      'Authorization',
      'cookie',
      'Connection',
      'X-HTTP-Method-Override',
      'x-forwarded-for',
      'DPoP',
    ].map(
      (name) =>
        [
          withApi({ headers: [{ name, value: 'x' }] }),
          /^api\.headers\[0\]\.name ".*": is a header that the proxy sets itself/,
        ] as const,
    ),
    [
      withApi({ headers: [{ name: 'a b', value: 'x' }] }),
      /^api\.headers\[0\]\.name "a b": must be the name of a header/,
    ],
    [
      withApi({ headers: [{ name: 'a', value: 'x\r\ny' }] }),
      /^api\.headers\[0\]\.value .*: must be at most 512 printable/,
    ],
    [
      withApi({
        headers: [
          { name: 'a', value: 'x' },
          { name: 'A', value: 'y' },
        ],
      }),
      /^api\.headers .*: must not name a header twice/,
    ],
    ...[
      'set-cookie',
      'location',
      'content-security-policy',
      'clear-site-data',
      'access-control-allow-origin',
    ].map(
      (name) =>
        [
          withApi({ response_headers: [name] }),
          /^api\.response_headers\[0\] ".*": is a header that no agent sees/,
        ] as const,
    ),
    [
      withApi({ response_headers: ['X-Upper'] }),
      /^api\.response_headers\[0\] "X-Upper": must be .* in lower case/,
    ],
    [
      { credential: { kind: 'password' } },
      /^credential\.kind "password": must be \{ kind, … \} of one of the kinds oauth2/,
    ],
    [
      withCredential({ token_endpoint: 'http://tracker.example.com/token' }),
      /^credential\.token_endpoint .*: must be an https URL/,
    ],
    [
      withCredential({ client_authentication: 'private_key_jwt' }),
      /^credential\.client_authentication .*: must be one of/,
    ],
    [
      withCredential({ authorization_parameters: [{ name: 'state', value: 'x' }] }),
      /^credential\.authorization_parameters\[0\]\.name "state": is a parameter that the request says itself/,
    ],
    [
      withCredential({ answer: { facts: [{ name: 'x', pointer: '/authed_user/access_token' }] } }),
      /^credential\.answer\.facts\[0\]\.pointer .*: names what looks like a secret/,
    ],
    [withCredential({ revocation: undefined }), /^credential\.revocation: is required/],
    [
      withRevocation({ url: 'https://{client_id}.example.com/grant' }),
      /^credential\.revocation\.url .*: must be an https URL/,
    ],
    [
      withRevocation({ url: 'https://tracker.example.com/{access_token}' }),
      /^credential\.revocation\.url .*: must be an https URL/,
    ],
    [
      withRevocation({ parameters: [{ name: 'a', value: '{password}' }] }),
      /^credential\.revocation\.parameters\[0\]\.value/,
    ],
    [
      withRevocation({ done: [302] }),
      /^credential\.revocation\.done\[0\] 302: must be a status from 200 to 299/,
    ],
    [
      withRevocation({ url: 'https://tracker.example.com/{fact:team}' }),
      /^credential .*names team in its revocation, which is no fact of it/,
    ],
    [{ credential: apiKey }, /^scopes .*: names repo of the provider, and nobody asks it for scopes/],
    [
      { scopes: [{ ...issues, upstream: [] }], credential: { ...apiKey, name: 'Host' } },
      /^credential\.name "Host": must be the name of a header or of a parameter/,
    ],
    [
      {
        credential: {
          ...{ kind: 'github_app', client_id: 'Iv1', installation: '42' },
          key_arn: 'arn:aws:kms:eu-west-1:123456789012:key/abc',
        },
      },
      /^scopes .*: names repo, which is no permission of a GitHub App/,
    ],
    [{ agents: [tracker.agents[0], tracker.agents[0]] }, /^agents .*: must not name an agent twice$/],
    [
      { agents: [{ agent: 'planner', name: 'Planner', scopes: ['issues:write'] }] },
      /^agents .*: names issues:write, which is no scope of the provider; it defines issues:read$/,
    ],
    [
      { agents: [{ ...tracker.agents[0], provider_tokens: true }] },
      /^agents .*: gives "planner" tokens of the provider, which has none of fewer scopes/,
    ],
    [
      { groups: [{ id: 'night', agents: ['stranger'], connectors: ['lead'] }] },
      /^groups .*: names "stranger", which is not among agents/,
    ],
    [
      { groups: [{ id: 'night', agents: ['planner'], connectors: [] }] },
      /^groups\[0\]\.connectors \[\]: must name at least one role/,
    ],
    [
      { groups: ['a', 'b'].map((id) => ({ id, agents: ['planner'], connectors: ['lead'] })) },
      /^groups .*: must not name an agent in two groups/,
    ],
    [
      {
        ...{ scopes: [{ ...issues, upstream: [] }], credential: apiKey },
        groups: [{ id: 'night', agents: ['planner'], connectors: ['lead'] }],
      },
      /^groups .*: belongs to accounts that people connect/,
    ],
  ])('is refused with %j', (changes, words) => {
    expect(refusalOf(readEgressProvider, { ...tracker, ...changes })).toMatch(words);
  });

  it.each([
    ...[
      'repos',
      'https://api.tracker.example.com/a',
      '//a',
      '/a//b',
      '/a/',
      '/a/./b',
      '/a/..',
      '/a/%2e%2E/b',
    ],
    ...[
      '/a%2Fb',
      '/a%2fb',
      '/a%5Cb',
      '/a\\b',
      '/a%00',
      '/a%0D%0A',
      '/a%252Fb',
      '/%41',
      '/a%7E',
      '/a b',
      '/ä',
    ],
    ...['/a?b=c', '/a#b', '/a*', '/*a', '/**/a', '/***', '/a/**b', ''],
  ])('has no rule for the path %j', (path) => {
    expect(refusalOf(readEgressProvider, { ...tracker, ...withRule({ path }) })).toMatch(
      /^scopes\[0\]\.rules\[0\]\.path ".*": must be a path as it is sent/,
    );
  });

  it('may name this machine in the dev profile', () => {
    const api = { origins: ['http://localhost:9500'] };
    expect(readEgressProvider({ ...tracker, api }, loopback).ok).toBe(true);
  });
});
