import { describe, expect, it } from 'vitest';
import { readEgressProvider } from '../../../lambdas/registry/declaration/egress-provider.ts';
import { context, refusalOf } from './judged-declarations.ts';
import { apiKey, issues, tracker } from './tracker-declaration.ts';

const withApi = (changes: object) => ({ ...tracker, api: { ...tracker.api, ...changes } });

describe('headers of requests that agents may send', () => {
  it('are read as they are declared', () => {
    const requestHeaders = ['stripe-account', 'x-goog-user-project'];
    const read = readEgressProvider(withApi({ request_headers: requestHeaders }), context);
    expect(read).toMatchObject({ ok: true, value: { api: { requestHeaders } } });
  });

  it.each([
    ...['authorization', 'cookie', 'host', 'dpop', 'connection', 'content-length', 'forwarded', 'via'],
    ...['x-forwarded-for', 'vestibule-path', 'x-http-method-override', 'x-original-url', 'accept-encoding'],
  ])('are refused where they are of the connection, or say who calls and how: %s', (name) => {
    expect(refusalOf(readEgressProvider, withApi({ request_headers: [name] }))).toMatch(
      /^api\.request_headers\[0\] ".*": is a header that no agent sends to a provider; remove it/,
    );
  });

  it.each([
    [
      withApi({ request_headers: ['Stripe-Account'] }),
      /^api\.request_headers\[0\] "Stripe-Account": must be .* in lower case/,
    ],
    [withApi({ request_headers: ['a', 'a'] }), /^api\.request_headers .*: must not name a header twice/],
    [
      withApi({ headers: [{ name: 'X-Version', value: '1' }], request_headers: ['x-version'] }),
      /^api\.request_headers .*: names X-Version, which headers says for every request/,
    ],
    [
      {
        ...withApi({ request_headers: ['x-key'] }),
        ...{ credential: { ...apiKey, name: 'X-Key' }, scopes: [{ ...issues, upstream: [] }] },
      },
      /^api .*: lets agents send x-key, in which the credential is; remove it from request_headers/,
    ],
  ])('are refused with %j', (declared, words) => {
    expect(refusalOf(readEgressProvider, declared)).toMatch(words);
  });
});
