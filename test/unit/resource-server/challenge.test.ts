import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVerifier, type Presented } from '../../../lambdas/resource-server/index.ts';
import { parameter } from '../../../lambdas/resource-server/header-value.ts';
import { readCredential } from '../../../lambdas/resource-server/credential.ts';
import { parseChallenge, resource, resourceMetadata } from './fixture.ts';

const verifier = createVerifier({
  issuer: 'https://auth.example.com',
  resource,
  scopes: ['tools:read'],
  fetch: () => Promise.reject(new Error('no key is needed here')),
});

async function challengeTo(presented: Presented): Promise<{ status: number; header: string | undefined }> {
  const verification = await verifier.verify(presented);
  if (verification.ok) throw new Error('accepted');
  return {
    status: verification.challenge.status,
    header: verification.challenge.headers['www-authenticate'],
  };
}

describe('a request without credentials', () => {
  const missing: [string, Presented][] = [
    ['no header', undefined],
    ['a null header', null],
    ['an empty header', ''],
    ['another scheme', 'Basic cGxhbm5lcjpzZWNyZXQ='],
    ['a scheme that only starts like Bearer', 'BearerX abc'],
    ['a request without the header', { headers: { host: 'mcp.example.com' } }],
    ['a Fetch request without the header', new Request('https://mcp.example.com/mcp')],
    ['a query without a token', { headers: {}, url: '/mcp?access_tokens=1#access_token=2' }],
  ];
  it.each(missing)('is answered 401 with the way in and without an error code: %s', async (_, presented) => {
    expect(await challengeTo(presented)).toEqual({
      status: 401,
      header: `Bearer resource_metadata="${resourceMetadata}", scope="tools:read"`,
    });
  });

  it('names no scope where none is needed', async () => {
    const verification = await verifier.verify(undefined, { scopes: [] });
    if (verification.ok) throw new Error('accepted');
    expect(verification.challenge.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${resourceMetadata}"`,
    );
  });
});

describe('a malformed request', () => {
  const malformed: [string, Presented][] = [
    ['no token after the scheme', 'Bearer'],
    ['two tokens', 'Bearer abc def'],
    ['two headers folded into one', 'Bearer abc, Bearer def'],
    ['characters no token has', 'Bearer a"b'],
    ['two header values', { headers: { authorization: ['Bearer abc', 'Bearer def'] } }],
    [
      'two headers that differ in case',
      { headers: { authorization: 'Bearer a', Authorization: 'Bearer b' } },
    ],
    [
      'a second header that Node dropped',
      {
        headers: { authorization: 'Bearer abc' },
        rawHeaders: ['Authorization', 'Bearer abc', 'Host', 'x', 'authorization', 'Bearer def'],
      },
    ],
    ['a token in the query', { headers: {}, url: '/mcp?access_token=abc' }],
    [
      'a token in the query beside the header',
      { headers: { authorization: 'Bearer abc' }, url: '?access_token=' },
    ],
    ['an encoded token in the query', { headers: {}, url: '/mcp?x=1&access%5Ftoken=abc' }],
  ];
  it.each(malformed)('is answered 400 invalid_request: %s', async (_, presented) => {
    const { status, header } = await challengeTo(presented);
    expect(status).toBe(400);
    expect(parseChallenge(header)).toMatchObject({
      scheme: 'Bearer',
      parameters: { error: 'invalid_request', resource_metadata: resourceMetadata },
    });
  });
});

describe('the token of a request', () => {
  it.each<[string, Presented]>([
    ['the value of the header', 'Bearer abc'],
    ['a lower-case scheme', 'bearer abc'],
    ['more than one space', 'Bearer   abc '],
    ['a Node request', { headers: {}, rawHeaders: ['AUTHORIZATION', 'Bearer abc'] }],
    ['a Node request made up by an adapter', { headers: { authorization: 'Bearer abc' }, rawHeaders: [] }],
    ['a Lambda event', { headers: { Authorization: 'Bearer abc' }, url: '?' }],
    ['a Fetch request', new Request('https://h.example/', { headers: { authorization: 'Bearer abc' } })],
  ])('is found in %s', (_, presented) => {
    expect(readCredential(presented)).toEqual({ kind: 'bearer', token: 'abc' });
  });

  it('is exactly what was sent, for every token there can be', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9\-._~+/]+=*$/), (token) => {
        expect(readCredential(`Bearer ${token}`)).toEqual({ kind: 'bearer', token });
      }),
    );
  });

  it('is never anything but one token, whatever the header holds', () => {
    const pieces = fc.constantFrom(
      'Bearer',
      'bearer',
      ' ',
      ',',
      'abc',
      '"',
      '=',
      '\t',
      '\n',
      'Basic',
      'é',
      '\0',
    );
    const headers = fc.oneof(
      fc.string(),
      fc.array(pieces).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(headers, (header) => {
        const credential = readCredential(header);
        if (credential.kind === 'bearer') expect(credential.token).toMatch(/^[A-Za-z0-9\-._~+/]+=*$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('every challenge', () => {
  it('is one line that parses, with Bearer first, whatever was presented', async () => {
    const presented = fc.record(
      {
        headers: fc.dictionary(fc.constantFrom('authorization', 'Authorization', 'x'), fc.string()),
        url: fc.string(),
      },
      { requiredKeys: ['headers'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), presented), async (request) => {
        const { header } = await challengeTo(request);
        expect(header).toMatch(/^Bearer [\x20-\x7e]+$/);
        expect(parseChallenge(header).parameters['resource_metadata']).toBe(resourceMetadata);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be broken by the text of a parameter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = parameter('error_description', text);
        expect(written).toMatch(/^error_description="[\x20\x21\x23-\x5b\x5d-\x7e]*"$/);
      }),
      { numRuns: 1_000 },
    );
    expect(parameter('error', 'insufficient_scope')).toBe('error="insufficient_scope"');
  });
});
