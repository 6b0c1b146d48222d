import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect } from 'vitest';

import {
  createVerifier,
  expressMiddleware,
  type ExpressRequest,
} from '../../../lambdas/resource-server/index.ts';
import {
  type KeyServer,
  makeKey,
  makeToken,
  parseChallenge,
  resource,
  resourceMetadata,
  type SigningKey,
  startKeyServer,
  type TokenChanges,
} from '../../unit/resource-server/fixture.ts';
import { verifies } from '../verifies.ts';

let key: SigningKey;
let issuer: KeyServer;
let server: Server;
let origin: string;
const now = Math.floor(Date.now() / 1000);

/** A scope ending in `:write` includes its `:read`. */
function includes(granted: readonly string[], needed: string): boolean {
  return granted.includes(needed) || granted.includes(needed.replace(/:read$/, ':write'));
}

beforeAll(async () => {
  key = await makeKey('published');
  issuer = await startKeyServer([key]);
  const verifier = createVerifier({ issuer: issuer.issuer, resource, scopes: ['tools:read'] });
  const guard = expressMiddleware(verifier, {
    scopes: (request: ExpressRequest) => [request.url?.startsWith('/write') ? 'tools:write' : 'tools:read'],
    satisfies: includes,
  });
  server = createServer((request, response) => {
    void guard(request, response, () => response.end(JSON.stringify({ served: true })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await issuer.close();
});

function token(changes: TokenChanges = {}): Promise<string> {
  return makeToken(key, issuer.issuer, now, changes);
}

function call(authorization: string | undefined, path = '/'): Promise<Response> {
  return fetch(`${origin}${path}`, { headers: authorization === undefined ? {} : { authorization } });
}

async function refusal(presented: string): Promise<{ status: number; error: string | undefined }> {
  const response = await call(`Bearer ${presented}`);
  const { parameters } = parseChallenge(response.headers.get('www-authenticate') ?? undefined);
  return { status: response.status, error: parameters['error'] };
}

const invalid = { status: 401, error: 'invalid_token' };

describe('a resource server', () => {
  verifies(
    ['rfc6750:2.1:authorization-header', 'RS-7'],
    'serves a request with a token made for it, its scheme in any case',
    async () => {
      expect((await call(`Bearer ${await token()}`)).status).toBe(200);
      expect((await call(`bearer ${await token()}`)).status).toBe(200);
    },
  );

  verifies(
    [
      'rfc6750:3:challenge',
      'rfc6750:3.1:no-code-without-credentials',
      'rfc9728:5.1:resource-metadata',
      'RS-4',
    ],
    'tells a request without token where to start and which scopes it needs, and calls nothing an error',
    async () => {
      const response = await call(undefined);
      const { scheme, parameters } = parseChallenge(response.headers.get('www-authenticate') ?? undefined);
      expect(response.status).toBe(401);
      expect(scheme).toBe('Bearer');
      expect(parameters).toEqual({ resource_metadata: resourceMetadata, scope: 'tools:read' });
    },
  );

  verifies(
    'IX-2',
    'sends one challenge, Bearer first, when it refuses, and none when it serves',
    async () => {
      const [refused, served] = [await call('Bearer nonsense'), await call(`Bearer ${await token()}`)];
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer [^,]+="/);
      expect(refused.headers.get('www-authenticate')).not.toMatch(/, (?:Bearer|Basic|DPoP) /);
      expect(served.headers.get('www-authenticate')).toBeNull();
    },
  );

  verifies(['rfc6750:2.3:never-in-the-query', 'RS-7'], 'takes no token from the query', async () => {
    const response = await call(undefined, `/?access_token=${await token()}`);
    expect(response.status).toBe(400);
  });

  verifies(
    ['rfc6750:3.1:invalid-request', 'RS-10'],
    'answers 400 invalid_request to an Authorization header that holds no single token',
    async () => {
      for (const header of ['Bearer a b', `Bearer ${await token()}, Bearer x`, 'Bearer "quoted"']) {
        const response = await call(header);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ error: 'invalid_request' });
      }
    },
  );

  verifies(
    ['rfc6750:3.1:insufficient-scope', 'RS-8', 'RS-10'],
    'answers 403 insufficient_scope with the scopes of the operation and its metadata',
    async () => {
      const reader = await token({ claims: { scope: 'tools:read' } });
      const response = await call(`Bearer ${reader}`, '/write');
      const { parameters } = parseChallenge(response.headers.get('www-authenticate') ?? undefined);
      expect(response.status).toBe(403);
      expect(parameters).toMatchObject({
        error: 'insufficient_scope',
        scope: 'tools:write',
        resource_metadata: resourceMetadata,
      });
    },
  );

  verifies('RS-9', 'counts a scope that includes the needed one', async () => {
    const writer = await token({ claims: { scope: 'tools:write' } });
    expect((await call(`Bearer ${writer}`)).status).toBe(200);
  });

  verifies(['rfc9068:4:type'], 'refuses a JWT that is not typed as an access token', async () => {
    expect(await refusal(await token({ header: { typ: 'JWT' } }))).toEqual(invalid);
    expect(await refusal(await token({ header: { typ: undefined } }))).toEqual(invalid);
  });

  verifies('rfc9068:4:issuer', 'refuses a token of another issuer', async () => {
    expect(await refusal(await token({ claims: { iss: `${issuer.issuer}/` } }))).toEqual(invalid);
  });

  verifies(
    ['rfc9068:4:audience', 'RS-7', 'rfc6750:3.1:invalid-token'],
    'refuses a token made for another resource, and for a prefix of its own',
    async () => {
      for (const aud of ['https://mcp.example.com/public', `${resource}/`, 'https://other.example.com/mcp']) {
        expect(await refusal(await token({ claims: { aud } }))).toEqual(invalid);
      }
    },
  );

  verifies('rfc9068:4:expiry', 'refuses a token past its expiry', async () => {
    expect(await refusal(await token({ claims: { iat: now - 900, exp: now - 60 } }))).toEqual(invalid);
  });

  verifies('rfc9068:4:signature', 'refuses a token that no published key signed', async () => {
    const forger = await makeKey('published');
    expect(await refusal(await makeToken(forger, issuer.issuer, now))).toEqual(invalid);
    const [header, payload] = (await token()).split('.');
    expect(await refusal(`${String(header)}.${String(payload)}.AAAA`)).toEqual(invalid);
  });

  verifies(
    'rfc8725:3.1:no-algorithm-choice',
    'refuses `none` and a public key used as a shared secret',
    async () => {
      const [, payload = ''] = (await token()).split('.');
      for (const alg of ['none', 'HS256']) {
        const header = Buffer.from(JSON.stringify({ alg, kid: key.kid, typ: 'at+jwt' })).toString(
          'base64url',
        );
        const mac = createHmac('sha256', JSON.stringify(key.publicJwk)).update(`${header}.${payload}`);
        const signature = alg === 'none' ? '' : mac.digest('base64url');
        expect(await refusal(`${header}.${payload}.${signature}`)).toEqual(invalid);
      }
    },
  );

  verifies('vestibule:jwks-cool-down', 'asks for keys once for many tokens with unknown kids', async () => {
    const before = issuer.requests;
    const stranger = await makeKey('unknown');
    const foreign = await makeToken(stranger, issuer.issuer, now);
    await Promise.all(Array.from({ length: 20 }, () => call(`Bearer ${foreign}`)));
    expect(issuer.requests - before).toBeLessThanOrEqual(1);
  });
});
