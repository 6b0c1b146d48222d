import { describe, expect, it } from 'vitest';
import { readSignature, type SignedRequest, signatureProblem } from '../../../../local/aws/sigv4.ts';
import { signed, type Unsigned } from './signer.ts';

const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'instance/1' };
const at = new Date('2026-11-21T04:00:00Z');
const request: Unsigned = {
  method: 'POST',
  path: '/admin/agents/a%20b',
  query: { limit: '5', cursor: "x/y=z+'(é)", tag: ['b', 'a'] },
  headers: { 'content-type': 'application/json', 'x-amz-target': 'TrentService.Sign' },
  body: '{"KeyId":"k"}',
};

function problem(incoming: SignedRequest, now = at.getTime()): string | undefined {
  const claim = readSignature(incoming.headers);
  return claim === undefined
    ? 'no signature'
    : signatureProblem(incoming, claim, keys.secretAccessKey, [now]);
}

describe('a signature of the AWS SDK', () => {
  it.each<[string, Partial<Unsigned>]>([
    ['as it is', {}],
    ['without a body', { method: 'GET', body: '' }],
    ['at the root', { path: '/', query: {} }],
    ['with a trailing slash', { path: '/admin/agents/' }],
    ['with dots in the path', { path: '/admin/./agents/../clients' }],
    ['with an empty parameter', { query: { IncludePlannedDeletion: '' } }],
  ])('is accepted %s', async (_name, change) => {
    expect(problem(await signed({ ...request, ...change }, keys, { at }))).toBeUndefined();
  });

  it.each<[string, (incoming: SignedRequest) => SignedRequest]>([
    ['another method', (incoming) => ({ ...incoming, method: 'DELETE' })],
    ['another path', (incoming) => ({ ...incoming, path: '/admin/agents/b' })],
    ['another query', (incoming) => ({ ...incoming, query: incoming.query.replace('limit=5', 'limit=6') })],
    ['one more parameter', (incoming) => ({ ...incoming, query: `${incoming.query}&more=1` })],
    ['another body', (incoming) => ({ ...incoming, body: Buffer.from('{"KeyId":"other"}') })],
    [
      'another signed header',
      (incoming) => ({ ...incoming, headers: { ...incoming.headers, host: 'elsewhere' } }),
    ],
    [
      'another instance',
      (incoming) => ({ ...incoming, headers: { ...incoming.headers, 'x-amz-security-token': 'instance/2' } }),
    ],
    [
      'another operation',
      (incoming) => ({
        ...incoming,
        headers: { ...incoming.headers, 'x-amz-target': 'TrentService.Decrypt' },
      }),
    ],
  ])('is refused on %s', async (_name, tamper) => {
    expect(problem(tamper(await signed(request, keys, { at })))).toMatch(/does not match/);
  });

  it('is refused under another secret key', async () => {
    const incoming = await signed(request, { ...keys, secretAccessKey: 'other' }, { at });
    expect(problem(incoming)).toMatch(/does not match/);
  });

  it('is accepted for five minutes before and after any of the clocks, and no longer', async () => {
    const incoming = await signed(request, keys, { at });
    for (const minutes of [-5, 0, 5])
      expect(problem(incoming, at.getTime() + minutes * 60_000)).toBeUndefined();
    for (const minutes of [-6, 6])
      expect(problem(incoming, at.getTime() + minutes * 60_000)).toMatch(/expired/);
  });

  it('must cover the operation and the session token when they are there', async () => {
    const unsigned = await signed({ ...request, headers: {} }, { ...keys, sessionToken: '' }, { at });
    const smuggled = {
      ...unsigned.headers,
      'x-amz-target': 'TrentService.Sign',
      'x-amz-security-token': 'instance/2',
    };
    expect(problem({ ...unsigned, headers: smuggled })).toMatch(
      /'x-amz-security-token', 'x-amz-target' must be/,
    );
  });

  it('must be of the day its scope names', async () => {
    const incoming = await signed(request, keys, { at });
    const headers = { ...incoming.headers, 'x-amz-date': '20261122T000000Z' };
    expect(problem({ ...incoming, headers }, Date.parse('2026-11-22T00:00:00Z'))).toMatch(
      /scoped to the date/,
    );
  });

  it.each([
    undefined,
    'Bearer token',
    'AWS4-HMAC-SHA256 Credential=a/b',
    'AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=00',
  ])('is not read from %s', (authorization) => {
    expect(readSignature({ authorization })).toBeUndefined();
  });
});
