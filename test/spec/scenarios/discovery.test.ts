import { calculateJwkThumbprint, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { checkConfig } from '../../../lib/config/check-config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive, valuesOf } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;

const documents = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'] as const;
const jwksPath = '/.well-known/jwks.json';
const prefix = '/.well-known/oauth-protected-resource';

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
});

afterAll(async () => {
  await deployment.stop();
});

describe('authorization server metadata', () => {
  verifies(
    ['AS-2', 'AS-4', 'rfc8414:3:well-known', 'rfc8414:3.2:json-200'],
    'is the same JSON document at both well-known URLs of the issuer',
    async () => {
      const [oauth, openid] = await Promise.all(documents.map((path) => client.get(path)));
      expect([oauth!.status, openid!.status]).toEqual([200, 200]);
      expect(oauth!.headers.get('content-type')).toMatch(/^application\/json\b/);
      expect(openid!.text).toBe(oauth!.text);
    },
  );

  verifies(
    [
      'AS-3',
      'AS-23',
      'AS-33',
      'IX-4',
      'IX-21',
      'rfc8414:2:required-members',
      'oidc-discovery:3:required-members',
    ],
    'has every member that strict clients parse, and no null',
    async () => {
      const { body } = await client.get(documents[1]);
      expect(body).toMatchObject({
        issuer: client.issuer,
        authorization_endpoint: `${client.issuer}/authorize`,
        token_endpoint: `${client.issuer}/token`,
        jwks_uri: `${client.issuer}${jwksPath}`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        authorization_response_iss_parameter_supported: true,
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      });
      expect(valuesOf(body)).not.toContain(null);
    },
  );

  verifies(
    ['CC-3', 'IX-45', 'rfc8414:2:assertion-algorithms'],
    'lists the methods that clients may use and the algorithms of their assertions',
    async () => {
      const { body } = await client.get(documents[0]);
      const methods = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'];
      expect((body['token_endpoint_auth_methods_supported'] as string[]).toSorted()).toEqual(methods);
      const algorithms = body['token_endpoint_auth_signing_alg_values_supported'] as string[];
      expect(algorithms.toSorted()).toEqual(['ES256', 'ES384', 'Ed25519', 'EdDSA', 'PS256', 'RS256']);
    },
  );

  verifies(
    ['rfc8414:2:only-what-works', 'rfc8414:3.2:no-empty-arrays', 'IX-7'],
    'names endpoints that answer, on its own origin, and the grants it serves',
    async () => {
      const { body } = await client.get(documents[0]);
      const endpoints = Object.entries(body).filter(([name]) => /_(?:endpoint|uri)$/.test(name));
      expect(endpoints.map(([name]) => name).toSorted()).toEqual([
        'authorization_endpoint',
        'device_authorization_endpoint',
        'end_session_endpoint',
        'introspection_endpoint',
        'jwks_uri',
        'pushed_authorization_request_endpoint',
        'registration_endpoint',
        'revocation_endpoint',
        'token_endpoint',
        'userinfo_endpoint',
        'vestibule_ends_uri',
        'vestibule_tasks_endpoint',
      ]);
      for (const [, url] of endpoints) {
        expect(new URL(String(url)).origin).toBe(client.issuer);
        expect((await client.get(new URL(String(url)).pathname)).status).not.toBe(404);
      }
      expect(body['grant_types_supported']).toEqual([
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ]);
      expect(Object.values(body)).not.toContainEqual([]);
    },
  );

  verifies('AS-5', 'writes the same issuer everywhere, without a trailing slash', async () => {
    const { body } = await client.get(documents[0]);
    const metadata = await client.get(`${prefix}/demo`);
    expect(body['issuer']).toBe(deployment.issuer);
    expect(metadata.body['authorization_servers']).toEqual([deployment.issuer]);
    expect(deployment.issuer).not.toMatch(/\/$/);
  });

  verifies('AS-6', 'is never published for an issuer that is not https', () => {
    const config = { resources: [], agents: [], clients: [] };
    const issuer = {
      url: 'http://auth.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1',
    };
    expect(() => checkConfig({ ...config, issuer })).toThrow(/issuer\.url.*http:\/\/auth\.example\.com/s);
  });

  verifies('IX-5', 'gives no public function more than 10 seconds to answer', () => {
    const functions = deployment.run.resources.filter(({ type }) => type === 'AWS::Lambda::Function');
    // People wait longer than programs do, and for their identity provider at that; for some functions nobody waits. Who calls a
    // third party waits for that.
    const open = functions.filter(
      ({ logicalId }) =>
        !/Admin|Registrar|Keys|Downstream|Authorization|Sweep|Refresher|Connections|Egress/.test(logicalId),
    );
    expect(open.length).toBeGreaterThan(2);
    for (const { properties } of open) expect(Number(properties['Timeout'])).toBeLessThanOrEqual(10);
  });

  verifies('IX-6', 'stands behind no firewall of its own and asks for no client certificate', () => {
    const types = deployment.run.resources.map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('AWS::WAF'))).toEqual([]);
    const properties = JSON.stringify(deployment.run.resources.map((resource) => resource.properties));
    expect(properties).not.toContain('MutualTls');
  });
});

describe('the published keys', () => {
  verifies(
    ['rfc7517:5:key-set', 'rfc7517:4:public-signing-keys', 'rfc7517:4.5:unique-kid', 'vestibule:standby-key'],
    'are the signing key and its standby, without private members',
    async () => {
      const { body } = await client.get(jwksPath);
      const keys = body['keys'] as JWK[];
      expect(keys).toHaveLength(2);
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
      for (const key of keys) {
        expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
        expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' });
      }
    },
  );

  verifies('rfc7638:3:kid-is-thumbprint', 'are named by their thumbprints', async () => {
    const keys = (await client.get(jwksPath)).body['keys'] as JWK[];
    for (const key of keys) expect(key.kid).toBe(await calculateJwkThumbprint(key, 'sha256'));
  });
});

describe('every public document', () => {
  verifies(['AS-7', 'vestibule:unknown-path', 'IX-28'], 'is a JSON 404 where there is none', async () => {
    for (const path of [
      '/',
      '/nothing',
      '/.well-known/nothing',
      '/.well-known/oauth-authorization-server/t1',
      prefix,
      `${prefix}/unknown`,
      `${prefix}/unknown.example.com/mcp`,
    ]) {
      const { status, headers, body } = await client.get(path);
      expect([path, status]).toEqual([path, 404]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({
        error: expect.any(String) as string,
        error_description: expect.any(String) as string,
      });
    }
  });

  verifies('vestibule:cache-headers', 'says how long it may be kept', async () => {
    const cacheControl = async (path: string): Promise<string | null> =>
      (await client.get(path)).headers.get('cache-control');
    expect(await cacheControl(`${prefix}/demo`)).toMatch(/\bmax-age=60\b/);
    expect(await cacheControl(jwksPath)).toMatch(/\bmax-age=300\b/);
  });

  verifies('rfc9110:9.3.2:head', 'answers HEAD with the headers of GET and no body', async () => {
    for (const path of [...documents, jwksPath, `${prefix}/demo`, `${prefix}/unknown`]) {
      const [get, head] = [await client.get(path), await client.send(path, { method: 'HEAD' })];
      expect([path, head.status, head.text]).toEqual([path, get.status, '']);
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    }
  });

  verifies('rfc9110:15.5.6:allow', 'answers another method with 405 and the ones it serves', async () => {
    for (const path of [...documents, jwksPath, `${prefix}/demo`]) {
      const { status, headers, body } = await client.send(path, { method: 'POST', body: '' });
      expect([path, status]).toEqual([path, 405]);
      expect(headers.get('allow')).toBe('GET, HEAD');
      expect(body).toHaveProperty('error');
    }
    expect((await client.send('/token', { method: 'GET' })).headers.get('allow')).toBe('POST');
  });

  verifies(
    'IX-10',
    'may be read by a page of any origin, refusals included, after a preflight without token',
    async () => {
      for (const path of [...documents, jwksPath, `${prefix}/demo`, `${prefix}/unknown`, '/token']) {
        const preflight = await client.send(path, {
          method: 'OPTIONS',
          headers: {
            origin: 'https://inspector.example.com',
            'access-control-request-method': path === '/token' ? 'POST' : 'GET',
            'access-control-request-headers': 'mcp-protocol-version',
          },
        });
        const allowed =
          preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(', ') ?? [];
        expect([path, preflight.status]).toEqual([path, 204]);
        expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
        expect(allowed).toEqual(
          expect.arrayContaining(['authorization', 'content-type', 'mcp-protocol-version']),
        );
        const { headers } = await client.get(path, { origin: 'https://inspector.example.com' });
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
  );
});
