import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import middy from '@middy/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthInfo,
  createExchanger,
  createVerifier,
  type Delegated,
  type Exchanger,
  expressMiddleware,
  type HttpEvent,
  type HttpEventResponse,
  middyMiddleware,
} from '../../../lambdas/resource-server/index.ts';
import { granted, startTokenEndpoint, type TokenEndpointServer } from './a-token-endpoint.ts';
import { type KeyServer, makeKey, makeToken, resource, startKeyServer } from './fixture.ts';

const now = 1_800_000_000;
const over = { 'www-authenticate': 'Bearer error="invalid_token", error_description="ended"' };

/** The server that is called in somebody's name: what it was sent, and how it answers. */
let calendar: Server;
let origin: string;
let seen: (readonly [method: string, authorization: string, body: string])[];
let answer: (authorization: string) => readonly [status: number, headers: Readonly<Record<string, string>>];
let endpoint: TokenEndpointServer;
let exchanger: Exchanger;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
  calendar = createServer((request, response) => {
    void text(request).then((body) => {
      const { authorization = '' } = request.headers;
      seen.push([request.method ?? '', authorization, body]);
      response.writeHead(...answer(authorization)).end('answered');
    });
  });
  calendar.listen(0, '127.0.0.1');
  await once(calendar, 'listening');
  origin = `http://127.0.0.1:${(calendar.address() as AddressInfo).port}`;
});
afterAll(async () => {
  calendar.closeAllConnections();
  calendar.close();
  await endpoint.close();
});
beforeEach(() => {
  seen = [];
  endpoint.requests.length = 0;
  endpoint.answer = (_, count) => granted(count);
  answer = () => [200, {}];
  const client = { id: 'search-server', proof: { secret: 'secret' } };
  exchanger = createExchanger({ issuer: endpoint.issuer, client, now: () => now });
});

const target = (): Delegated => exchanger.exchangeFor({ token: 'received' }, `${origin}/mcp`);

describe('fetch for a target', () => {
  it('sends the token along, and the rest as it is', async () => {
    const headers = { 'mcp-session-id': 'one', authorization: 'Bearer of-somebody-else' };
    const response = await target().fetch(new URL(`${origin}/mcp`), {
      method: 'POST',
      body: 'hello',
      headers,
    });
    expect([response.status, await response.text()]).toEqual([200, 'answered']);
    expect(seen).toEqual([['POST', 'Bearer exchanged-1', 'hello']]);
  });

  it('exchanges anew, and asks once again, where the token is no good any more', async () => {
    answer = (authorization) => (authorization === 'Bearer exchanged-1' ? [401, over] : [200, {}]);
    const body = new URLSearchParams({ a: 'b' });
    expect((await target().fetch(`${origin}/mcp`, { method: 'POST', body })).status).toBe(200);
    expect(seen).toEqual([
      ['POST', 'Bearer exchanged-1', 'a=b'],
      ['POST', 'Bearer exchanged-2', 'a=b'],
    ]);
    expect((await target().fetch(`${origin}/mcp`)).status).toBe(200);
    expect(endpoint.requests).toHaveLength(2);
  });

  it('asks once again and no more', async () => {
    answer = () => [401, over];
    expect((await target().fetch(`${origin}/mcp`)).status).toBe(401);
    expect([seen.length, endpoint.requests.length]).toEqual([2, 2]);
  });

  it('exchanges anew once for many that were refused at once', async () => {
    answer = (authorization) => (authorization === 'Bearer exchanged-1' ? [401, over] : [200, {}]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => target().fetch(`${origin}/mcp`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(endpoint.requests).toHaveLength(2);
  });

  it.each([
    ['a token that lacks a scope', 403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }],
    ['no token at all', 401, { 'www-authenticate': 'Bearer' }],
    ['something that it does not tell', 401, {}],
    ['an outage', 503, over],
  ])('hands on an answer about %s', async (_what, status, headers) => {
    answer = () => [status, headers];
    expect((await target().fetch(`${origin}/mcp`)).status).toBe(status);
    expect([seen.length, endpoint.requests.length]).toEqual([1, 1]);
  });

  it('hands on the answer to a body that can be read once', async () => {
    answer = () => [401, over];
    const body = new Blob(['hello']).stream();
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect((await target().fetch(`${origin}/mcp`, init)).status).toBe(401);
    expect(seen).toHaveLength(1);
  });

  it('tells why there is no other token', async () => {
    answer = () => [401, over];
    endpoint.answer = (_, count) =>
      count === 1 ? granted(1) : { status: 400, body: { error: 'invalid_request' } };
    await expect(target().fetch(`${origin}/mcp`)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it.each([
    ['another server', () => 'https://elsewhere.example.com/mcp'],
    ['another port', () => 'http://127.0.0.1:9/mcp'],
    ['another scheme', () => origin.replace('http:', 'https:')],
  ])('shows the token to no one else: %s', async (_what, url) => {
    await expect(target().fetch(url())).rejects.toThrow(TypeError);
    expect(seen).toEqual([]);
    expect(endpoint.requests).toEqual([]);
  });

  it('has no address for a target that is no URL', async () => {
    const delegated = exchanger.exchangeFor({ token: 'received' }, 'api://calendar');
    await expect(delegated.fetch(`${origin}/mcp`)).rejects.toThrow(/is no URL/);
    expect(seen).toEqual([]);
  });
});

describe('a server with an exchanger', () => {
  let keys: KeyServer;
  let token: string;

  beforeAll(async () => {
    const key = await makeKey('first');
    keys = await startKeyServer([key], () => now);
    token = await makeToken(key, keys.issuer, now);
  });
  afterAll(() => keys.close());

  const verifier = () => createVerifier({ issuer: keys.issuer, resource, now: () => now });

  it('lets an Express handler act for whoever called', async () => {
    type Request = IncomingMessage & { auth?: AuthInfo; exchangeFor?: Exchanged };
    const middleware = expressMiddleware<Request>(verifier(), { exchanger });
    const server = createServer((request: Request, response) => {
      void middleware(request, response, () => {
        const delegated = request.exchangeFor?.(`${origin}/mcp`, { scopes: ['events:read'] });
        void delegated?.fetch(`${origin}/mcp`).then(({ status }) => response.end(String(status)));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(await response.text()).toBe('200');
    expect(Object.fromEntries(endpoint.requests[0]!.form)).toMatchObject({
      ...{ subject_token: token, resource: `${origin}/mcp`, scope: 'events:read' },
    });
    expect((await fetch(url)).status).toBe(401);
    expect(endpoint.requests).toHaveLength(1);
    server.closeAllConnections();
    server.close();
  });

  it('lets a Lambda handler act for whoever called', async () => {
    const handler = middy(async (event: HttpEvent): Promise<HttpEventResponse> => {
      const { accessToken = '' } = (await event.exchangeFor?.(`${origin}/mcp`).token()) ?? {};
      return { statusCode: 200, headers: {}, body: accessToken };
    }).use(middyMiddleware<HttpEvent>(verifier(), { exchanger }));
    const event: HttpEvent = { headers: { authorization: `Bearer ${token}` } };
    expect(await handler(event, {})).toMatchObject({ statusCode: 200, body: 'exchanged-1' });
    expect(await handler({ headers: {} }, {})).toMatchObject({ statusCode: 401 });
  });

  it('has nothing to exchange by without one', async () => {
    const request = { headers: { authorization: `Bearer ${token}` } };
    await expressMiddleware(verifier())(
      request,
      { statusCode: 0, setHeader: () => 0, end: () => 0 },
      () => 0,
    );
    expect(request).toHaveProperty('auth');
    expect(request).not.toHaveProperty('exchangeFor');
  });
});

type Exchanged = NonNullable<HttpEvent['exchangeFor']>;
