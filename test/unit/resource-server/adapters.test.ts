import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import middy from '@middy/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createVerifier,
  expressMiddleware,
  middyMiddleware,
  type AuthInfo,
  type HttpEvent,
  type HttpEventResponse,
  type Verifier,
} from '../../../lambdas/resource-server/index.ts';
import { makeKey, makeToken, resource, resourceMetadata, startKeyServer, type KeyServer } from './fixture.ts';

const now = 1_800_000_000;
let keys: KeyServer;
let verifier: Verifier;
let token: string;

beforeAll(async () => {
  const key = await makeKey('first');
  keys = await startKeyServer([key], () => now);
  verifier = createVerifier({ issuer: keys.issuer, resource, scopes: ['tools:read'], now: () => now });
  token = await makeToken(key, keys.issuer, now, { claims: { scope: 'tools:read' } });
});
afterAll(() => keys.close());

describe('the express middleware on a Node server', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const middleware = expressMiddleware<IncomingMessage & { auth?: AuthInfo }>(verifier, {
      scopes: (request) => (request.method === 'DELETE' ? ['tools:write'] : ['tools:read']),
    });
    server = createServer((request, response) => {
      void middleware(request, response, (error) => {
        const { auth } = request as { auth?: AuthInfo };
        response.end(error === undefined ? JSON.stringify(auth) : 'defect');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('describes the caller as the MCP SDK expects it', async () => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      token,
      clientId: 'planner-client',
      scopes: ['tools:read'],
      expiresAt: now + 900,
      resource,
      extra: expect.objectContaining({ agent_id: 'planner', jti: 'one' }) as unknown,
    });
  });

  it('answers a missing token with the challenge, readable by a page of any origin', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${resourceMetadata}", scope="tools:read"`,
    );
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('asks each request for its own scopes', async () => {
    const response = await fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('scope="tools:write"');
  });

  it('sees a token in the query and a header sent twice', async () => {
    expect((await fetch(`${url}?access_token=${token}`)).status).toBe(400);
    const twice = httpRequest(url, {
      headers: ['authorization', 'Bearer a', 'authorization', `Bearer ${token}`],
    });
    twice.end();
    const [response] = (await once(twice, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(400);
  });

  it('hands a defect to the next handler', async () => {
    const broken = expressMiddleware(verifier, { scopes: ['not a scope'] });
    const errors: unknown[] = [];
    await broken({ headers: {} }, { statusCode: 200, setHeader: () => 0, end: () => 0 }, (error) => {
      errors.push(error);
    });
    expect(errors).toEqual([expect.any(TypeError)]);
  });
});

describe('the middy middleware', () => {
  const handler = middy((event: HttpEvent): Promise<HttpEventResponse> =>
    Promise.resolve({ statusCode: 200, headers: {}, body: JSON.stringify(event.auth) }),
  ).use(middyMiddleware<HttpEvent>(verifierLater(), { scopes: ['tools:read'] }));

  async function invoke(event: HttpEvent): Promise<HttpEventResponse> {
    return await handler(event, {});
  }

  it('calls the handler with the caller in the event', async () => {
    const response = await invoke({ headers: { authorization: `Bearer ${token}` }, rawQueryString: '' });
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ clientId: 'planner-client', scopes: ['tools:read'] });
  });

  it('answers in the handler’s place when the token is missing', async () => {
    expect(await invoke({ headers: {} })).toMatchObject({
      statusCode: 401,
      headers: {
        'www-authenticate': `Bearer resource_metadata="${resourceMetadata}", scope="tools:read"`,
        'access-control-allow-origin': '*',
      },
    });
  });

  it('sees a token in the query and two headers that the gateway joined', async () => {
    const inQuery = await invoke({ headers: {}, rawQueryString: `access_token=${token}` });
    expect(inQuery.statusCode).toBe(400);
    const joined = await invoke({ headers: { authorization: `Bearer ${token},Bearer ${token}` } });
    expect(joined.statusCode).toBe(400);
  });
});

/** The handler is built as a module would build it, before any request. */
function verifierLater(): Verifier {
  return {
    resource,
    resourceMetadata,
    verify: (presented, operation) => verifier.verify(presented, operation),
  };
}
