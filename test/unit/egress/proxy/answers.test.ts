import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { verifies } from '../../../spec/verifies.ts';
import { answering, connected, errorOf, issuer, proxyFor, said, theCloud } from './a-proxy.ts';

const cloud = theCloud();

describe('an answer of a third party', () => {
  verifies(
    'vestibule:egress-inert',
    'plants nothing, and says of itself only what is on the list',
    async () => {
      const { caller } = await connected(cloud);
      cloud.party.answers = answering(200, '<script>', {
        'content-type': 'text/html',
        ...{
          'set-cookie': ['__Host-session=evil'],
          'access-control-allow-origin': '*',
          'x-total': '3',
          etag: '"1"',
        },
        ...{
          'x-ratelimit-remaining': '4',
          'x-internal': 'no',
          'www-authenticate': 'Basic',
          'vestibule-error': 'lie',
        },
        'content-security-policy': "default-src 'self'",
      });
      const response = await proxyFor(cloud, caller).send({});
      expect(response.cookies).toBeUndefined();
      expect(response.headers).toEqual({
        ...{ 'content-type': 'text/html', etag: '"1"', 'x-total': '3', 'x-ratelimit-remaining': '4' },
        ...{
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'content-disposition': 'attachment',
        },
        'content-security-policy': "sandbox; default-src 'none'",
      });
    },
  );

  verifies('vestibule:egress-credential', 'has the credential taken out wherever it stands', async () => {
    const { caller, canary } = await connected(cloud);
    const basic = Buffer.from(`x:${canary}`).toString('base64');
    cloud.party.answers = answering(
      200,
      JSON.stringify({ echo: canary, url: encodeURIComponent(canary), basic }),
      {
        etag: `"${canary}"`,
      },
    );
    const { send, audited } = proxyFor(cloud, caller);
    const response = await send({});
    expect(said(response)).not.toContain(canary);
    expect(said(response)).not.toContain(encodeURIComponent(canary));
    expect(
      Buffer.from((JSON.parse(said(response)) as { readonly basic: string }).basic, 'base64').toString(),
    ).not.toContain(canary);
    expect(response.headers['etag']).toBe('"[redacted]"');
    expect(audited).toMatchObject([{ redacted: 4 }]);
  });

  it('is read before it is passed on, though it was compressed', async () => {
    const { caller, canary } = await connected(cloud);
    cloud.party.answers = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`before ${canary}`));
    };
    expect(said(await proxyFor(cloud, caller).send({}))).toBe('before [redacted]');
    cloud.party.answers = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a'.repeat(99_999)));
    expect(errorOf(await proxyFor(cloud, caller).send({}))).toBe('third_party_answer_too_large');
    cloud.party.answers = (_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('a');
    expect(errorOf(await proxyFor(cloud, caller).send({}))).toBe('third_party_unavailable');
  });

  verifies(
    'vestibule:egress-inert',
    'names the pages before and after as they are reached through us',
    async () => {
      const { caller } = await connected(cloud);
      cloud.party.answers = answering(200, '[]', {
        link: `<${cloud.party.origin}/issues?page=2>; rel="next", <https://evil.example/>; rel="last", </issues?page=1>; rel="prev"`,
      });
      expect((await proxyFor(cloud, caller).send({})).headers['link']).toBe(
        `<${issuer}/egress/tracker/issues?page=2>; rel="next", <${issuer}/egress/tracker/issues?page=1>; rel="prev"`,
      );
    },
  );

  it('that is too large or too late is an error of ours', async () => {
    const { caller } = await connected(cloud);
    cloud.party.answers = answering(200, 'a'.repeat(50_001));
    const large = await proxyFor(cloud, caller).send({});
    expect([large.status, errorOf(large)]).toEqual([502, 'third_party_answer_too_large']);
    cloud.party.answers = () => undefined;
    const { send, audited } = proxyFor(cloud, caller, { timeLimitMilliseconds: 200 });
    const late = await send({});
    expect([late.status, errorOf(late)]).toEqual([504, 'third_party_timed_out']);
    expect(audited).toMatchObject([{ event: 'egress_called', status: 504 }]);
  });

  verifies(
    'vestibule:egress-retries',
    'is awaited a second time only where nothing can happen twice',
    async () => {
      const { caller } = await connected(cloud);
      let broken = 0;
      const breaking = () => {
        cloud.party.received.length = broken = 0;
        cloud.party.answers = (got, response) => {
          broken += 1;
          if (broken === 1) response.destroy();
          else answering(200, 'again')(got, response);
        };
      };
      breaking();
      expect(said(await proxyFor(cloud, caller).send({}))).toBe('again');
      breaking();
      const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
      expect(errorOf(await proxyFor(cloud, caller).send(json))).toBe('third_party_unavailable');
      expect(cloud.party.received).toHaveLength(1);
    },
  );
});

describe('a redirect', () => {
  const redirecting = (location: string, status = 302) => {
    cloud.party.answers = (got, response) => {
      if (got.url === '/issues') response.writeHead(status, { location }).end();
      else answering(200, `at ${got.url}`)(got, response);
    };
  };

  verifies('vestibule:egress-redirects', 'is followed where a rule allows the call there too', async () => {
    const { caller, canary } = await connected(cloud);
    redirecting('/issues/7');
    expect(said(await proxyFor(cloud, caller).send({}))).toBe('at /issues/7');
    expect(cloud.party.received[1]?.headers.authorization).toBe(`token ${canary}`);
  });

  it.each([
    ['to what no rule allows', '/admin', '/admin'],
    ['back up', '/issues/../admin', '/admin'],
  ])('is passed on: %s', async (_where, location, path) => {
    const { caller } = await connected(cloud);
    redirecting(location);
    const response = await proxyFor(cloud, caller).send({});
    expect([response.status, response.headers['location']]).toEqual([302, `${issuer}/egress/tracker${path}`]);
    expect(cloud.party.received).toHaveLength(1);
  });

  it('to another origin of the third party is passed on with that', async () => {
    const { caller } = await connected(cloud);
    redirecting(`${cloud.other.origin}/issues/7`);
    const { headers } = await proxyFor(cloud, caller).send({});
    expect(headers).toMatchObject({
      location: `${issuer}/egress/tracker/issues/7`,
      'vestibule-origin': cloud.other.origin,
    });
    expect(cloud.other.received).toEqual([]);
  });

  it.each([
    'https://evil.example/issues/7',
    '//evil.example/issues/7',
    'http://u:p@127.0.0.1/issues',
    '/issues/%2e%2e%2fadmin',
  ])('goes nowhere else, and says nothing of it: %s', async (location) => {
    const { caller } = await connected(cloud);
    redirecting(location);
    const response = await proxyFor(cloud, caller).send({});
    expect([response.status, response.headers['location']]).toEqual([302, undefined]);
    expect(cloud.party.received).toHaveLength(1);
  });

  it('of a call that changes something is never followed', async () => {
    const { caller } = await connected(cloud);
    redirecting('/issues/7', 307);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await proxyFor(cloud, caller).send(json)).status).toBe(307);
    expect(cloud.party.received).toHaveLength(1);
  });

  it('that never ends is ended', async () => {
    const { caller } = await connected(cloud);
    cloud.party.answers = (got, response) => response.writeHead(302, { location: `${got.url}/1` }).end();
    expect((await proxyFor(cloud, caller).send({})).status).toBe(302);
    expect(cloud.party.received).toHaveLength(4);
  });
});
