import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { newKeyClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

interface ClientKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: ClientKey;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
let deployment: TestDeployment;
let client: Driver;
let keys: readonly ClientKey[];
let prover: string;
let keyHost: Server;
let keyHostOrigin: string;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  keys = await Promise.all(algorithms.map(newKey));
  prover = await newKeyClient(client, 'prover', catalogue(), { jwks: { keys: keys.map(({ jwk }) => jwk) } });
  keyHost = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/moved') response.writeHead(302, { location: '/jwks' }).end();
    else if (request.url === '/large')
      response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(200_000) }));
    else response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  keyHost.listen(0, '127.0.0.1');
  await once(keyHost, 'listening');
  keyHostOrigin = `http://127.0.0.1:${(keyHost.address() as AddressInfo).port}`;
});

afterAll(async () => {
  keyHost.closeAllConnections();
  keyHost.close();
  await deployment.stop();
});

function catalogue(): readonly { resource: string; required: readonly string[] }[] {
  return [{ resource: demo, required: ['tools:read'] }];
}

async function newKey(alg: string): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID(), alg, use: 'sig' } };
}

async function assertion({ claims = {}, header = {}, key = keys[2]! }: Changes = {}): Promise<string> {
  const now = Math.floor(deployment.run.clock.now() / 1000);
  const base = { iss: prover, sub: prover, aud: client.issuer, jti: randomUUID(), iat: now, exp: now + 60 };
  return new SignJWT({ ...base, ...claims })
    .setProtectedHeader({ alg: key.alg, ...(key.jwk.kid !== undefined && { kid: key.jwk.kid }), ...header })
    .sign(key.privateKey);
}

function present(jwt: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return client.token({
    grant_type: 'client_credentials',
    client_assertion_type: assertionType,
    client_assertion: jwt,
    ...form,
  });
}

async function outcome(
  changes: Changes,
  form: Readonly<Record<string, string>> = {},
): Promise<[number, unknown]> {
  const { status, body } = await present(await assertion(changes), form);
  return [status, body['error']];
}

const refused = [401, 'invalid_client'];
const accepted = [200, undefined];

describe('a client assertion', () => {
  verifies(
    ['rfc7523:2.2:private-key-jwt', 'rfc8725:3.1:algorithm-allow-list', 'CC-2', 'CC-4'],
    'proves a client by each algorithm, without client_id',
    async () => {
      for (const key of keys) expect([key.alg, ...(await outcome({ key }))]).toEqual([key.alg, ...accepted]);
    },
  );

  verifies('rfc9864:2.2:ed25519-by-name', 'is signed with Ed25519 under either of its names', async () => {
    for (const key of keys.filter(({ alg }) => alg.startsWith('Ed'))) {
      for (const alg of ['EdDSA', 'Ed25519']) {
        expect([key.alg, alg, ...(await outcome({ key, header: { alg } }))]).toEqual([
          key.alg,
          alg,
          ...accepted,
        ]);
      }
    }
  });

  verifies(
    'rfc8725:3.1:algorithm-allow-list',
    'is never unsigned and never signed by a shared secret',
    async () => {
      const [, payload = ''] = (await assertion()).split('.');
      for (const alg of ['none', 'HS256']) {
        const header = Buffer.from(JSON.stringify({ alg, kid: keys[2]!.jwk.kid })).toString('base64url');
        const { status, body } = await present(`${header}.${payload}.${alg === 'none' ? '' : 'AAAA'}`);
        expect([alg, status, body['error']]).toEqual([alg, ...refused]);
      }
    },
  );

  verifies('rfc7521:4.2:client-id-agrees', 'stands beside its own client_id only', async () => {
    expect(await outcome({}, { client_id: prover })).toEqual(accepted);
    expect(await outcome({}, { client_id: 'planner-client' })).toEqual(refused);
  });

  verifies('rfc7521:4.2:assertion-type', 'comes with its type', async () => {
    expect((await outcome({}, { client_assertion_type: 'urn:example:other' }))[0]).toBe(401);
    expect(await outcome({}, { client_assertion_type: '' })).toEqual([400, 'invalid_request']);
  });

  verifies(
    ['rfc7523:3:issuer-and-subject', 'rfc7523:3.2:invalid-client'],
    'has the client as iss and sub',
    async () => {
      expect(await outcome({ claims: { iss: 'planner-client' } })).toEqual(refused);
      expect(await outcome({ claims: { iss: 'planner-client', sub: 'planner-client' } })).toEqual(refused);
    },
  );

  verifies(
    ['rfc7523:3:audience', 'rfc7523bis:4:audience-is-the-issuer'],
    'is made for the issuer alone, and for the token endpoint where the client is registered so',
    async () => {
      const endpoint = `${client.issuer}/token`;
      const audiences = [
        endpoint,
        `${client.issuer}/`,
        'https://other.example.com',
        [client.issuer, 'https://b.example'],
      ];
      for (const aud of audiences)
        expect([aud, ...(await outcome({ claims: { aud } }))]).toEqual([aud, ...refused]);
      const legacy = await newKeyClient(client, 'legacy', catalogue(), {
        jwks: { keys: [keys[2]!.jwk] },
        accepts_token_endpoint_audience: true,
      });
      expect(await outcome({ claims: { iss: legacy, sub: legacy, aud: endpoint } })).toEqual(accepted);
    },
  );

  verifies('rfc7523:3:expiry', 'expires, and soon', async () => {
    const now = Math.floor(deployment.run.clock.now() / 1000);
    for (const exp of [now - 60, now + 7_200]) expect(await outcome({ claims: { exp } })).toEqual(refused);
    expect(await outcome({ claims: { exp: undefined } })).toEqual(refused);
  });

  verifies('rfc7523:3:not-before', 'is valid already', async () => {
    const now = Math.floor(deployment.run.clock.now() / 1000);
    expect(await outcome({ claims: { nbf: now + 120 } })).toEqual(refused);
    expect(await outcome({ claims: { iat: now + 120 } })).toEqual(refused);
  });

  verifies('rfc7523:3:signature', 'is signed by a registered key of the client', async () => {
    const stranger = await newKey('ES256');
    expect(await outcome({ key: stranger })).toEqual(refused);
    expect(await outcome({ key: { ...stranger, jwk: keys[2]!.jwk } })).toEqual(refused);
  });

  verifies('rfc7517:4.3:key-fits-algorithm', 'is verified only with a key meant for it', async () => {
    const [rs256, ps256] = [keys[0]!, keys[1]!];
    expect(await outcome({ key: { ...ps256, jwk: rs256.jwk } })).toEqual(refused);
  });

  verifies(
    'vestibule:assertion-single-use',
    'gives one token, though 500 requests present it at once',
    async () => {
      const jwt = await assertion();
      const answers = await Promise.all(Array.from({ length: 500 }, () => present(jwt)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(new Set(statuses.filter((status) => status !== 200))).toEqual(new Set([401]));
    },
    60_000,
  );

  verifies(
    'vestibule:assertion-single-use',
    'is refused when it comes again, and when its jti does',
    async () => {
      const jwt = await assertion({ claims: { jti: 'again' } });
      expect((await present(jwt)).status).toBe(200);
      expect((await present(jwt)).status).toBe(401);
      expect(await outcome({ claims: { jti: 'again' } })).toEqual(refused);
    },
  );

  verifies(
    'vestibule:assertion-survives-a-lost-reply',
    'is not spent by a failed signature, and not refused for a mark whose reply was lost',
    async () => {
      const { faults } = deployment.run.cloud;
      const jwt = await assertion();
      faults.add({ action: 'kms:Sign', kind: 'down', from: 1, to: Infinity });
      expect((await present(jwt)).status).toBe(503);
      faults.clear();
      expect((await present(jwt)).status).toBe(200);
      faults.add({ action: 'dynamodb:PutItem', kind: 'timeout', from: 1, to: 1 });
      expect(await outcome({})).toEqual(accepted);
      faults.clear();
    },
    60_000,
  );

  verifies(
    'vestibule:guarded-documents',
    'is verified by keys at a jwks_uri, fetched with care',
    async () => {
      const named = async (agent: string, path: string): Promise<[number, unknown]> => {
        const id = await newKeyClient(client, agent, catalogue(), { jwks_uri: `${keyHostOrigin}${path}` });
        return outcome({ claims: { iss: id, sub: id } });
      };
      expect(await named('fetched', '/jwks')).toEqual(accepted);
      expect(await named('moved', '/moved')).toEqual(refused);
      expect(await named('large', '/large')).toEqual(refused);
      expect((await client.admin('GET', 'clients/fetched-client')).body).toHaveProperty('jwks_uri');
    },
  );
});
