import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedDocuments } from '../../../lambdas/adapters/upstream/documents.ts';

const maximumBytes = 1_000;
const here = guardedDocuments({ hosts: 'loopback', maximumBytes });
const outside = guardedDocuments({ hosts: 'public', maximumBytes });
const jwks = JSON.stringify({ keys: [] });

const requested: string[] = [];
const answers: Readonly<Record<string, RequestListener>> = {
  '/jwks.json': (_request, response) => response.setHeader('content-type', 'application/json').end(jwks),
  '/set': (_request, response) =>
    response.setHeader('content-type', 'application/jwk-set+json; charset=utf-8').end(jwks),
  '/moved': (_request, response) => response.writeHead(302, { location: '/jwks.json' }).end(),
  '/missing': (_request, response) => response.writeHead(404).end(),
  '/created': (_request, response) =>
    response.writeHead(201, { 'content-type': 'application/json' }).end(jwks),
  '/page': (_request, response) => response.setHeader('content-type', 'text/html').end(jwks),
  '/untyped': (_request, response) => response.end(jwks),
  '/broken': (_request, response) => response.setHeader('content-type', 'application/json').end('{"keys":'),
  '/full': (_request, response) =>
    response.setHeader('content-type', 'application/json').end(`"${'a'.repeat(maximumBytes - 2)}"`),
  '/large': (_request, response) =>
    response.setHeader('content-type', 'application/json').end(`"${'a'.repeat(maximumBytes - 1)}"`),
  '/endless': (_request, response) => {
    response.setHeader('content-type', 'application/json');
    const pour = () => {
      while (response.writable && response.write('a'.repeat(1_024)));
    };
    response.on('drain', pour);
    pour();
  },
  '/silent': () => undefined,
  '/slow': (_request, response) => {
    response.setHeader('content-type', 'application/json');
    const drip = setInterval(() => response.write(' '), 100);
    response.once('close', () => {
      clearInterval(drip);
    });
  },
  '/switching': ({ socket }) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'),
  '/cut': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{');
    response.destroy();
  },
};

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requested.push(request.url ?? '');
    answers[request.url ?? '']?.(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a document on this machine', () => {
  it.each(['/jwks.json', '/set'])('is fetched: %s', async (path) => {
    expect(await here.fetchJson(`${origin}${path}`)).toEqual({ ok: true, value: { keys: [] } });
  });

  it('may be as large as the limit', async () => {
    expect((await here.fetchJson(`${origin}/full`)).ok).toBe(true);
  });

  it.each([
    ['/moved', { reason: 'status_not_ok', status: 302 }],
    ['/missing', { reason: 'status_not_ok', status: 404 }],
    ['/created', { reason: 'status_not_ok', status: 201 }],
    ['/page', { reason: 'not_json' }],
    ['/untyped', { reason: 'not_json' }],
    ['/broken', { reason: 'not_json' }],
    ['/large', { reason: 'too_large' }],
    ['/endless', { reason: 'too_large' }],
    ['/silent', { reason: 'timed_out' }],
    ['/slow', { reason: 'timed_out' }],
    ['/switching', { reason: 'unreachable' }],
    ['/cut', { reason: 'unreachable' }],
  ])('is refused: %s', async (path, refusal) => {
    expect(await here.fetchJson(`${origin}${path}`)).toEqual({ ok: false, refusal });
  });

  it('is not looked for behind a redirect', async () => {
    const before = requested.length;
    await here.fetchJson(`${origin}/moved`);
    expect(requested.slice(before)).toEqual(['/moved']);
  });

  it('is not fetched at all where only public hosts are allowed', async () => {
    const before = requested.length;
    const port = new URL(origin).port;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0x7f.1',
      '2130706433',
      '127.1',
    ]) {
      const refused = await outside.fetchJson(`https://${host}:${port}/jwks.json`);
      expect(refused).toEqual({ ok: false, refusal: { reason: 'address_not_allowed' } });
    }
    expect(requested).toHaveLength(before);
  });
});

describe('a document elsewhere', () => {
  it.each([
    ['jwks.json', 'it is not an absolute URL'],
    ['http://client.example.com/jwks.json', 'it is not https'],
    ['file:///etc/passwd', 'it is not https'],
    ['data:application/json,{}', 'it is not https'],
    ['https://user@client.example.com/jwks.json', 'it carries user information'],
    ['https://:secret@client.example.com/jwks.json', 'it carries user information'],
    ['https://client.example.com/jwks.json#a', 'it carries a fragment'],
  ])('has an acceptable URL, not %s', async (url, detail) => {
    const refused = { ok: false, refusal: { reason: 'url_not_allowed', detail } };
    expect(await outside.fetchJson(url)).toEqual(refused);
    expect(await here.fetchJson(url)).toEqual(refused);
  });

  it.each([
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/',
    'https://[fd00:ec2::254]/',
    'https://0.0.0.0/',
  ])('is never at an address that only we can reach: %s', async (url) => {
    const refused = { ok: false, refusal: { reason: 'address_not_allowed' } };
    expect(await outside.fetchJson(url)).toEqual(refused);
    expect(await here.fetchJson(url)).toEqual(refused);
  });

  it('is unreachable where its name means nothing', async () => {
    expect(await outside.fetchJson('https://nobody.invalid/jwks.json')).toEqual({
      ok: false,
      refusal: { reason: 'unreachable' },
    });
  });
});
