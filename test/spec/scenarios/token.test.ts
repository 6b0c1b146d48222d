import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive, valuesOf } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let planner: { readonly authorization: string };
let plannerSecret: string;
let demo: string;
const grant = { grant_type: 'client_credentials' } as const;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  plannerSecret = await deployment.secretOf('planner-client');
  planner = basic('planner-client', plannerSecret);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

function refused({ status, body }: Answer): readonly [number, unknown] {
  return [status, body['error']];
}

describe('a token response', () => {
  verifies(
    [
      'rfc6749:5.1:members',
      'rfc6749:5.1:no-store',
      'rfc6749:3.3:scope-reported',
      'rfc6749:4.4.3:no-refresh-token',
    ],
    'is JSON with the token, its type, its life and its scope, and may not be stored',
    async () => {
      const { status, headers, body } = await client.token({ ...grant, resource: demo }, planner);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^application\/json\b/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({
        access_token: expect.any(String) as string,
        token_type: 'Bearer',
        expires_in: 900,
        scope: 'tools:read',
      });
    },
  );

  verifies(
    ['rfc9068:2.1:type', 'rfc7515:4.1.4:kid', 'vestibule:standby-key'],
    'carries an RS256 token typed at+jwt, signed by one published key',
    async () => {
      const header = decodeProtectedHeader(await tokenFor({ resource: demo }));
      const keys = (await client.get('/.well-known/jwks.json')).body['keys'] as JWK[];
      expect(header).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) as string });
      expect(keys.map(({ kid }) => kid)).toContain(header.kid);
      expect(decodeProtectedHeader(await tokenFor({ resource: demo })).kid).toBe(header.kid);
    },
  );

  verifies(
    [
      'rfc9068:2.2:claims',
      'rfc9068:2.2:subject-is-the-client',
      'rfc9068:2.2.3:scope',
      'rfc9068:3:single-audience',
      'rfc8707:2.2:audience-restricted',
      'AS-30',
      'AS-32',
      'AS-5',
      'vestibule:agent-id',
    ],
    'carries a token for one resource that names client, agent and scope',
    async () => {
      const claims = decodeJwt(await tokenFor({ resource: demo }));
      expect(claims).toEqual({
        iss: client.issuer,
        sub: 'planner-client',
        aud: demo,
        client_id: 'planner-client',
        agent_id: 'planner',
        scope: 'tools:read',
        jti: expect.any(String) as string,
        iat: expect.any(Number) as number,
        exp: Number(claims.iat) + 900,
      });
    },
  );

  verifies(
    'rfc9068:3:single-audience',
    'names the registered audience where it differs from the URI',
    async () => {
      const uri = 'https://aliased.example.com/mcp';
      const scopes = [{ name: 'use', description: 'Use it' }];
      await client.register('resources', {
        id: 'aliased',
        uri,
        audience: 'urn:aliased',
        name: 'Aliased',
        scopes,
      });
      const aliased = await newSecretClient(client, 'aliasing', [
        { resource: uri, required: ['use'], optional: [] },
      ]);
      expect(decodeJwt(await tokenFor({}, aliased)).aud).toBe('urn:aliased');
    },
  );

  verifies('rfc7519:4.1.7:unique-jti', 'never repeats a jti', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenFor({ resource: demo })));
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(20);
  });

  verifies(
    ['rfc9068:4:verifiable-by-discovery', 'RS-7'],
    'carries a token that a resource server verifies by discovery alone, and that another one refuses',
    async () => {
      const token = await tokenFor({ resource: demo });
      const now = (): number => Math.floor(deployment.run.clock.now() / 1000);
      const own = createVerifier({ issuer: client.issuer, resource: demo, scopes: ['tools:read'], now });
      const other = createVerifier({ issuer: client.issuer, resource: 'https://other.example.com/mcp', now });
      expect(await own.verify(`Bearer ${token}`)).toMatchObject({ ok: true, token: { agent_id: 'planner' } });
      expect(await other.verify(`Bearer ${token}`)).toMatchObject({ ok: false, challenge: { status: 401 } });
    },
  );
});

describe('a token request', () => {
  verifies('rfc6749:3.2:post-only', 'is made by POST', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const { status, body } = await client.send('/token', { method, headers: planner });
      expect([method, status]).toEqual([method, 405]);
      expect(body).toHaveProperty('error');
    }
  });

  verifies(['rfc6749:3.2:form-only', 'rfc6749:5.2:invalid-request'], 'is a form', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const body = 'grant_type=client_credentials';
      const response = await client.send('/token', {
        method: 'POST',
        headers: { ...planner, 'content-type': type },
        body,
      });
      expect([type, ...refused(response)]).toEqual([type, 400, 'invalid_request']);
    }
  });

  verifies(['rfc6749:3.2:repeated-parameter', 'IX-32'], 'has each parameter once', async () => {
    const twice = [...Object.entries(grant), ['scope', 'tools:read'], ['scope', 'tools:write']] as [
      string,
      string,
    ][];
    expect(refused(await client.token(twice, planner))).toEqual([400, 'invalid_request']);
  });

  verifies(
    ['rfc6749:3.2:empty-is-omitted', 'rfc6749:3.2:unknown-ignored', 'IX-32'],
    'may have unknown and empty parameters',
    async () => {
      const form = { ...grant, resource: demo, scope: '', client_secret: '', prompt: 'consent', foo: 'bar' };
      expect((await client.token(form, planner)).body['scope']).toBe('tools:read');
    },
  );

  verifies('rfc6749:2.3.1:never-in-the-url', 'takes nothing from the URL', async () => {
    const query = new URLSearchParams({
      ...grant,
      client_id: 'planner-client',
      client_secret: plannerSecret,
    });
    const init = { method: 'POST', body: new URLSearchParams({ resource: demo }) };
    expect((await client.send(`/token?${query.toString()}`, init)).status).toBe(401);
    expect(
      refused(await client.send('/token?grant_type=client_credentials', { ...init, headers: planner })),
    ).toEqual([400, 'invalid_request']);
  });

  verifies('rfc6749:5.2:unsupported-grant-type', 'asks for a grant that is served', async () => {
    for (const type of ['password', 'Authorization_code', 'refresh_token ', 'CLIENT_CREDENTIALS']) {
      const response = await client.token({ grant_type: type }, planner);
      expect([type, ...refused(response)]).toEqual([type, 400, 'unsupported_grant_type']);
    }
  });

  verifies(
    ['rfc6749:5.2:description-characters', 'IX-21', 'IX-28'],
    'that is refused says why in allowed characters, without nulls',
    async () => {
      for (const form of [
        { scope: 'tools:read"\\\u00e9\n' },
        { resource: '\u00e9"\\' },
        { grant_type: '\u2028' },
      ]) {
        const { body } = await client.token({ ...grant, ...form }, planner);
        for (const value of valuesOf(body)) expect(value).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
        expect(Object.keys(body).toSorted()).toEqual(['error', 'error_description']);
      }
    },
  );
});

async function tokenFor(form: Readonly<Record<string, string>>, headers = planner): Promise<string> {
  const { status, text, body } = await client.token({ ...grant, ...form }, headers);
  if (status !== 200) throw new Error(`${status} ${text}`);
  return String(body['access_token']);
}
