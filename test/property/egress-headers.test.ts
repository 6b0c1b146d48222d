import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCallHeaders } from '../../lambdas/egress/proxy/call-headers.ts';

const usual = [
  ...['accept', 'accept-language', 'content-type', 'content-language', 'idempotency-key', 'prefer', 'range'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
];
const ours = [
  ...['authorization', 'cookie', 'cookie2', 'dpop', 'host', 'connection', 'keep-alive', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'expect', 'forwarded', 'via', 'content-length', 'accept-encoding'],
  ...['x-forwarded-for', 'x-forwarded-host', 'proxy-authorization', 'sec-fetch-site', 'vestibule-path'],
];
const own = ['stripe-account', 'x-goog-user-project'];
const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-original-method'];

const name = fc.oneof(
  fc.constantFrom(
    ...usual,
    ...ours,
    ...own,
    ...overrides,
    'x-version',
    'content-encoding',
    'vestibule-origin',
  ),
  fc.stringMatching(/^[a-z][a-z-]{0,12}$/),
  fc.string({ maxLength: 8 }),
);
const value = fc.oneof(fc.constant('identity'), fc.string({ maxLength: 12 }), fc.constant('a\r\nhost: b'));
const sent = fc.array(fc.tuple(name, value), { maxLength: 8 });
/** As the registry would never have them: what stands there lets nothing of ours through. */
const declared = fc.subarray([...own, ...ours, ...overrides]);

it('nothing of a request goes on but the usual headers, those of the third party, and those that it is always sent', () => {
  let [goneOn, refused] = [0, 0];
  fc.assert(
    fc.property(sent, declared, (entries, requestHeaders) => {
      const headers = Object.fromEntries(entries);
      const read = readCallHeaders(headers, { headers: [{ name: 'X-Version', value: '1' }], requestHeaders });
      if (!read.ok) {
        refused += 1;
        return;
      }
      const taken = new Set([...usual, ...requestHeaders.filter((each) => own.includes(each))]);
      const expected = Object.entries(headers).filter(([each]) => taken.has(each));
      goneOn += expected.length;
      expect(read.value).toEqual({ ...Object.fromEntries(expected), 'x-version': '1' });
      for (const each of Object.values(read.value)) expect(each).toMatch(/^[\t\x20-\x7e]*$/);
    }),
    { numRuns: 3_000 },
  );
  expect(goneOn).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});
