import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  createVerifier,
  expressMiddleware,
  protectedResourceMetadata,
} from '../../../lambdas/resource-server/index.ts';
import { type DpopKey, newDpopKey, type ProofWish } from '../../support/dpop-key.ts';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, answer, basic } from '../support/driver.ts';
import { alice } from '../support/granted.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;
let proving: Proving;
let key: DpopKey;
let stranger: DpopKey;
let servers: readonly Server[];
let origins: readonly string[];
let bound: string;
let unbound: string;

type Headers = Readonly<Record<string, string>>;

beforeAll(async () => {
  desk = await openDesk();
  [key, stranger] = await Promise.all([newDpopKey(), newDpopKey()]);
  const headers = basic('planner-client', await desk.deployment.secretOf('planner-client'));
  const form = { grant_type: 'client_credentials', resource: desk.demo };
  proving = provingAt(desk.deployment, desk.client, { key, form, headers });
  servers = await Promise.all([startServer(''), startServer('/stage')]);
  origins = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  [bound, unbound] = [await newToken(key), await newToken(undefined)];
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await desk.close();
});

/** The server of the resource, behind a host of another name that puts `prefix` before every path. */
async function startServer(prefix: string): Promise<Server> {
  const guard = expressMiddleware(
    createVerifier({
      ...{ issuer: desk.client.issuer, resource: desk.demo, scopes: ['tools:read'] },
      ...{ publicUrl: `https://mcp.example.com${prefix}`, now: proving.now },
    }),
  );
  const server = createServer((request, response) => {
    void guard(request, response, () => response.end(JSON.stringify({ served: true })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function newToken(of: DpopKey | undefined): Promise<string> {
  const headers: Headers = of === undefined ? {} : { dpop: await proving.proof(of) };
  const granted = await desk.newCode({ scope: ['openid', 'tools:read'] });
  return String((await desk.redeem(granted, app, {}, headers)).body['access_token']);
}

async function dpopHeaders(url: string, wish: Partial<ProofWish> = {}, of = key): Promise<Headers> {
  const proof = { method: 'GET', url, at: proving.now(), accessToken: bound, ...wish };
  return { authorization: `DPoP ${bound}`, dpop: await of.prove(proof) };
}

async function call(headers: Headers, path = '/mcp?x=1', at = 0, method = 'GET'): Promise<Answer> {
  return answer(await fetch(`${origins[at] ?? ''}${path}`, { headers, method }));
}

const told = ({ status, headers, body }: Answer): readonly unknown[] => [
  ...[status, body['error'], headers.get('www-authenticate')?.split(' ')[0]],
];
const url = 'https://mcp.example.com/mcp';

describe('a bound token at the server of a resource', () => {
  verifies('rfc9449:7.1:resources', 'is good with a proof for this request and this token', async () => {
    expect((await call(await dpopHeaders(url))).status).toBe(200);
    const post = await dpopHeaders(url, { method: 'POST' });
    expect((await call(post, '/mcp', 0, 'POST')).status).toBe(200);
    const lower = await dpopHeaders(url);
    expect((await call({ ...lower, authorization: `dpop ${bound}` })).status).toBe(200);
  });

  verifies(
    ['rfc9449:7.1:resources', 'DPOP-6'],
    'has a proof for the public URL, where a proxy adds a part of the path too, and not for the host that it came to',
    async () => {
      expect((await call(await dpopHeaders('https://mcp.example.com/stage/mcp'), '/mcp', 1)).status).toBe(
        200,
      );
      expect(told(await call(await dpopHeaders(url), '/mcp', 1))[1]).toBe('invalid_dpop_proof');
      const inside = await dpopHeaders(`${origins[0] ?? ''}/mcp`);
      expect(told(await call(inside))).toEqual([401, 'invalid_dpop_proof', 'DPoP']);
      const spoofed = {
        ...(await dpopHeaders('https://evil.example.com/mcp')),
        'x-forwarded-host': 'evil.example.com',
      };
      expect(told(await call(spoofed))).toEqual([401, 'invalid_dpop_proof', 'DPoP']);
    },
  );

  const wrong: readonly (readonly [string, string, () => Promise<Headers>])[] = [
    ['without a proof', 'invalid_dpop_proof', () => Promise.resolve({ authorization: `DPoP ${bound}` })],
    ['for another method', 'invalid_dpop_proof', () => dpopHeaders(url, { method: 'POST' })],
    ['for another path', 'invalid_dpop_proof', () => dpopHeaders(`${url}/other`)],
    [
      'without the hash of the token',
      'invalid_dpop_proof',
      () => dpopHeaders(url, { accessToken: undefined }),
    ],
    [
      'with the hash of another token',
      'invalid_dpop_proof',
      () => dpopHeaders(url, { accessToken: unbound }),
    ],
    ['that is too old', 'invalid_dpop_proof', () => dpopHeaders(url, { at: proving.now() - 310 })],
    ['that is of the future', 'invalid_dpop_proof', () => dpopHeaders(url, { at: proving.now() + 310 })],
    ['of another key', 'invalid_token', () => dpopHeaders(url, {}, stranger)],
  ];
  for (const [what, error, headers] of wrong) {
    verifies(
      'rfc9449:7.1:resources',
      `with a proof ${what} is refused, and told the algorithms`,
      async () => {
        const refused = await call(await headers());
        expect(told(refused)).toEqual([401, error, 'DPoP']);
        expect(refused.headers.get('www-authenticate')).toMatch(/algs="ES256 [^"]*"/);
        expect(refused.headers.get('www-authenticate')).toContain('resource_metadata="');
      },
    );
  }

  verifies('rfc9449:11.1:replay', 'is not served twice for one proof', async () => {
    const headers = await dpopHeaders(url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(headers)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  verifies('rfc9449:7.2:downgrade', 'is refused as Bearer, as is an unbound one as DPoP', async () => {
    expect(told(await call({ authorization: `Bearer ${bound}` }))).toEqual([401, 'invalid_token', 'DPoP']);
    const asDpop = {
      ...(await dpopHeaders(url, { accessToken: unbound })),
      authorization: `DPoP ${unbound}`,
    };
    expect(told(await call(asDpop))).toEqual([401, 'invalid_token', 'DPoP']);
    expect((await call({ authorization: `Bearer ${unbound}` })).status).toBe(200);
  });
});

describe('a bound token at /userinfo', () => {
  const userinfo = (): string => `${desk.client.issuer}/userinfo`;

  verifies(['rfc9449:7.1:resources', 'rfc9449:11.1:replay'], 'is good with a proof, once', async () => {
    const headers = await dpopHeaders(userinfo());
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => desk.client.get('/userinfo', headers)),
    );
    const served = answers.filter(({ status }) => status === 200);
    expect(served).toHaveLength(1);
    expect(served[0]?.body['sub']).toBe(alice.id);
    const other = answers.find(({ status }) => status !== 200);
    expect(other && told(other)).toEqual([401, 'invalid_dpop_proof', 'DPoP']);
    const post = await dpopHeaders(userinfo(), { method: 'POST' });
    expect((await desk.client.send('/userinfo', { method: 'POST', headers: post })).status).toBe(200);
  });

  verifies(
    'rfc9449:7.2:downgrade',
    'is refused as Bearer, without a proof, and with a wrong one',
    async () => {
      const asked = async (headers: Headers) => told(await desk.client.get('/userinfo', headers));
      expect(await asked({ authorization: `Bearer ${bound}` })).toEqual([401, 'invalid_token', 'DPoP']);
      expect(await asked({ authorization: `DPoP ${bound}` })).toEqual([401, 'invalid_dpop_proof', 'DPoP']);
      expect(await asked(await dpopHeaders(url))).toEqual([401, 'invalid_dpop_proof', 'DPoP']);
      expect(await asked(await dpopHeaders(userinfo(), {}, stranger))).toEqual([
        401,
        'invalid_token',
        'DPoP',
      ]);
      expect(await asked({ authorization: `DPoP ${unbound}` })).toEqual([401, 'invalid_token', 'DPoP']);
      expect((await desk.client.get('/userinfo', { authorization: `Bearer ${unbound}` })).status).toBe(200);
    },
  );
});

describe('a bound token', () => {
  const introspected = async (token: string): Promise<Answer['body']> => {
    const headers = basic('demo-server', await desk.deployment.secretOf('demo-server'));
    const body = new URLSearchParams({ token });
    return (await desk.client.send('/introspect', { method: 'POST', headers, body })).body;
  };

  verifies('rfc9449:6.2:introspection', 'is told of with its key and its type', async () => {
    const members = { active: true, token_type: 'DPoP', cnf: { jkt: key.jkt } };
    expect(await introspected(bound)).toMatchObject(members);
    expect(await introspected(unbound)).toMatchObject({ active: true, token_type: 'Bearer' });
    expect(await introspected(unbound)).not.toHaveProperty('cnf');
  });

  verifies('vestibule:bound-tokens-end', 'is revoked without a proof', async () => {
    const headers = basic('planner-client', await desk.deployment.secretOf('planner-client'));
    const form = { grant_type: 'client_credentials', resource: desk.demo };
    const token = String((await proving.token(key, form, headers)).body['access_token']);
    expect(await introspected(token)).toMatchObject({ active: true });
    const body = new URLSearchParams({ token });
    expect((await desk.client.send('/revoke', { method: 'POST', headers, body })).status).toBe(200);
    expect(await introspected(token)).toEqual({ active: false });
  });
});

verifies('rfc9728:2:proof-algorithms', 'the metadata of a server says how proofs may be signed', async () => {
  const { body } = protectedResourceMetadata({ resource: desk.demo, issuer: desk.client.issuer });
  const metadata = (await desk.client.get('/.well-known/oauth-authorization-server')).body;
  expect(body['dpop_signing_alg_values_supported']).toEqual(metadata['dpop_signing_alg_values_supported']);
});
