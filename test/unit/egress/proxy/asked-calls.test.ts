import { describe, expect, it } from 'vitest';
import { largestBody, readAskedCall } from '../../../../lambdas/egress/proxy/asked-call.ts';
import { originsFor } from '../../../../lambdas/egress/proxy/origins.ts';
import type { EgressApi, EgressCredential } from '../../../../lambdas/ports/egress-providers.ts';
import type { EgressProviderId } from '../../../../lambdas/runtime/identifiers.ts';

const api: EgressApi = {
  origins: ['https://api.example'],
  headers: [{ name: 'X-Version', value: '2026-11-01' }],
  responseHeaders: [],
};
const key: EgressCredential = { kind: 'api_key', place: 'query', name: 'Key', prefix: '' };

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function asked({ method = 'GET', path = '/issues', query = '', headers = {}, body = '' }: Sent) {
  const read = readAskedCall(
    {
      ...{ method, path, query, headers, body: Buffer.from(body), provider: 'tracker' as EgressProviderId },
      ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
    },
    { api, credential: key },
  );
  return read.ok ? read.value : read.refusal.reason;
}

describe('a request for a call', () => {
  it('goes on with what is for the third party, and with what that is always sent', () => {
    const headers = {
      ...{
        accept: 'application/json',
        'idempotency-key': 'k',
        'x-version': 'mine',
        authorization: 'Bearer a',
      },
      ...{
        cookie: 'a=b',
        host: 'vestibule',
        'x-forwarded-for': '192.0.2.1',
        dpop: 'proof',
        'x-api-key': 'mine',
      },
      ...{ 'user-agent': 'agent', connection: 'keep-alive', te: 'trailers', forwarded: 'for=a', via: 'a' },
    };
    expect(asked({ headers })).toMatchObject({
      headers: { accept: 'application/json', 'idempotency-key': 'k', 'x-version': '2026-11-01' },
      path: { text: '/issues' },
    });
    expect(Object.keys((asked({ headers }) as { headers: object }).headers)).toHaveLength(3);
  });

  it.each<[string, Sent, string]>([
    ['another method in a header', { headers: { 'x-http-method-override': 'DELETE' } }, 'method_overridden'],
    ['another method in another header', { headers: { 'x-method-override': 'DELETE' } }, 'method_overridden'],
    ['another method in the query', { query: '_method=DELETE' }, 'query_refused'],
    ['a credential in the query', { query: 'a=1&Access_Token=b' }, 'query_refused'],
    ['one that is encoded', { query: 'a=1;%61ccess%5Ftoken=b' }, 'query_refused'],
    ['the key of the deployment', { query: 'KEY=b' }, 'query_refused'],
    ['a parameter of several of them', { query: 'access_token[]=b' }, 'query_refused'],
    ['a fragment', { query: 'a=1#b' }, 'query_malformed'],
    ['a line break in the query', { query: 'a=1\r\nhost:b' }, 'query_malformed'],
    ['a query that never ends', { query: 'a'.repeat(4_097) }, 'query_too_long'],
    ['a header with a line break', { headers: { accept: 'a\r\nx: y' } }, 'header_malformed'],
    ['a header of no name', { headers: { 'a b': 'c' } }, 'header_malformed'],
    [
      'two types of content',
      { headers: { 'content-type': 'text/plain,application/json' } },
      'header_repeated',
    ],
    ['two lengths', { headers: { 'content-length': '1,2' } }, 'header_repeated'],
    ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, 'body_encoded'],
    ['a method of its own', { method: 'TRACE' }, 'method_unknown'],
    ['a body where none belongs', { body: 'a' }, 'body_unexpected'],
    ['a body that is too large', { method: 'POST', body: Buffer.alloc(largestBody + 1) }, 'body_too_large'],
    ['a path that was decoded', { path: '/a b' }, 'path_not_plain'],
    ['an absolute address', { path: '/https://other.example/' }, 'path_escapes'],
    ['an authority', { path: '//other.example/a' }, 'path_escapes'],
    ['an authority in the header', { path: '//b', headers: { 'vestibule-path': '//b' } }, 'path_escapes'],
    [
      'an absolute address in the header',
      { headers: { 'vestibule-path': 'https://b/issues' } },
      'path_malformed',
    ],
    ['a query in the header', { headers: { 'vestibule-path': '/issues?a' } }, 'path_malformed'],
    ['another path in the header', { headers: { 'vestibule-path': '/admin' } }, 'path_of_another'],
    ['an encoded slash', { path: '/a/b', headers: { 'vestibule-path': '/a%2Fb' } }, 'path_escapes'],
    ['an encoded backslash', { path: '/a\\b', headers: { 'vestibule-path': '/a%5cb' } }, 'path_escapes'],
    ['dots', { path: '/a/../b', headers: { 'vestibule-path': '/a/../b' } }, 'path_escapes'],
    [
      'dots that are encoded twice',
      { path: '/a/%2e%2e/b', headers: { 'vestibule-path': '/a/%252e%252e/b' } },
      'path_escapes',
    ],
    [
      'dots with a parameter',
      { path: '/a/..;x/b', headers: { 'vestibule-path': '/a/..;x/b' } },
      'path_escapes',
    ],
  ])('is refused: %s', (_what, sent, reason) => {
    expect(asked(sent)).toBe(reason);
  });

  it('has its path as it was sent, where a header says it', () => {
    const headers = { 'vestibule-path': '/labels/a%20%c3%a9' };
    expect(asked({ path: '/labels/a é', headers })).toMatchObject({ path: { text: '/labels/a%20%C3%A9' } });
  });
});

describe('the origin of an account of its own', () => {
  const own = { ...api, originFact: 'instance_url', originSuffixes: ['.my.example'] };
  const said = (value: string) => originsFor(own, [{ name: 'instance_url', value }])?.[0];

  it('stands before the others', () => {
    expect(originsFor(own, [{ name: 'instance_url', value: 'https://a.my.example' }])).toEqual([
      'https://a.my.example',
      'https://api.example',
    ]);
  });

  it.each([
    ...['http://a.my.example', 'https://my.example', 'https://.my.example', 'https://amy.example'],
    ...['https://a.my.example.evil.example', 'https://a.my.example:8443', 'https://u@a.my.example'],
    ...['https://a.my.example/path', 'https://evil.example/.my.example', 'https://a.my.example?x', ''],
  ])('is none that the third party may have: %s', (value) => {
    expect(said(value)).toBeUndefined();
  });

  it('is missing where the connection says nothing of it', () => {
    expect(originsFor(own, [])).toBeUndefined();
  });
});
