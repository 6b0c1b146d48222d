import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';

const consentPage = `<!doctype html><title>Consent</title><p>Orders &amp; more</p>
<form method="post" action="/consent"><input type="hidden" name="request" value="a&quot;b">
<button name="decision" value="deny">Cancel</button><button name="decision" value="allow">Allow</button></form>`;

const loginPage = `<form method="post" action="/login"><input name="username"><input name="password" type="password">
<button>Sign in</button></form>`;

let server: Server;
let provider: Server;
let origin: string;
let upstream: string;
const bodies: string[] = [];

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listening(made: Server, host: string): Promise<string> {
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return `http://${host}:${(made.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      bodies.push(`${request.headers.cookie ?? '-'} ${body}`);
      const { pathname, searchParams } = new URL(request.url ?? '/', origin);
      if (pathname === '/authorize') {
        response.setHeader('set-cookie', [
          '__Host-browser=b; Path=/; Secure; HttpOnly; SameSite=Lax',
          '__Host-refused=r; Path=/',
          'elsewhere=e; Path=/account',
        ]);
        response.end(consentPage);
      } else if (pathname === '/callback') {
        response.writeHead(303, { location: `cursor://app/callback?code=${searchParams.get('code') ?? ''}` });
        response.end();
      } else if (body.includes('decision=allow')) {
        response.writeHead(303, { location: `${upstream}/auth` }).end();
      } else {
        response.writeHead(303, { location: 'cursor://app/callback?error=access_denied' }).end();
      }
    });
  });
  provider = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (request.method === 'GET') response.end(loginPage);
      else response.writeHead(303, { location: `${origin}/callback?code=${encodeURIComponent(body)}` }).end();
    });
  });
  origin = await listening(server, 'localhost');
  upstream = await listening(provider, '127.0.0.1');
});
afterAll(() => {
  server.close();
  provider.close();
});

const authorize = (): string => `${origin}/authorize?redirect_uri=cursor%3A%2F%2Fapp%2Fcallback`;

describe('the browser that plays a person', () => {
  it('allows, signs in and stops at an address that it cannot open', async () => {
    const browser = createBrowser();
    const journey = await browser.walk({ authorizeUrl: authorize(), user: 'alice', password: 'wonder' });
    expect(journey.arrival).toMatchObject({
      kind: 'left',
      url: new URL('cursor://app/callback?code=username=alice&password=wonder'),
    });
    expect(journey.pages.map(({ text }) => text)).toEqual(['Consent Orders & more Cancel Allow', 'Sign in']);
    expect(journey.hops.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
      'GET /authorize',
      'POST /consent',
      'GET /auth',
      'POST /login',
      'GET /callback',
    ]);
    expect(bodies).toContain('__Host-browser=b request=a%22b&decision=allow');
  });

  it('says no where it was told to', async () => {
    const url = await createBrowser().signIn({ authorizeUrl: authorize(), decision: 'deny' });
    expect(url.search).toBe('?error=access_denied');
  });

  it('says where it was stranded', async () => {
    const nowhere = createBrowser().signIn({ authorizeUrl: `${upstream}/auth` });
    await expect(nowhere).rejects.toThrow(/stranded at .*\/auth \(200\): Sign in/);
  });

  it('keeps what a browser keeps, and sends it where a browser does', async () => {
    const { cookies, open } = createBrowser();
    await open(authorize());
    expect(cookies.all().map(({ name }) => name)).toEqual(['__Host-browser', 'elsewhere']);
    const typed = { method: 'GET', initiator: undefined };
    const foreign = new URL('http://127.0.0.1:1/');
    const at = (path: string): URL => new URL(path, origin);
    expect(cookies.headerFor(at('/account'), typed)).toBe('__Host-browser=b; elsewhere=e');
    expect(cookies.headerFor(at('/accounts'), typed)).toBe('__Host-browser=b');
    expect(cookies.headerFor(at('/'), { method: 'GET', initiator: foreign })).toBe('__Host-browser=b');
    expect(cookies.headerFor(at('/'), { method: 'POST', initiator: foreign })).toBeUndefined();
    expect(cookies.headerFor(foreign, typed)).toBeUndefined();
    cookies.take(at('/'), ['__Host-browser=; Path=/; Secure; Max-Age=0']);
    expect(cookies.all()).toHaveLength(1);
  });
});
