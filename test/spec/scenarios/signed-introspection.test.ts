import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

type Headers = Readonly<Record<string, string>>;

const mediaType = 'application/token-introspection+jwt';
let deployment: TestDeployment;
let client: Driver;
let server: Headers;
let planner: Headers;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  server = basic('demo-server', await deployment.secretOf('demo-server'));
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

async function newToken(): Promise<string> {
  const { body } = await client.token({ grant_type: 'client_credentials', resource: demo }, planner);
  return String(body['access_token']);
}

function introspect(token: string, headers: Headers = { accept: mediaType }): Promise<Answer> {
  const body = new URLSearchParams({ token });
  return client.send('/introspect', { method: 'POST', body, headers: { ...server, ...headers } });
}

async function verified(answer: Answer) {
  const keys = createRemoteJWKSet(new URL(`${client.issuer}/.well-known/jwks.json`));
  return jwtVerify(answer.text, keys, {
    issuer: client.issuer,
    audience: 'demo-server',
    typ: 'token-introspection+jwt',
    algorithms: ['RS256'],
  });
}

describe('a signed introspection', () => {
  verifies(
    ['rfc9701:5:jwt', 'rfc9701:5:no-access-token'],
    'is a JWT of the issuer for the server that asked, with nothing else at its top',
    async () => {
      const token = await newToken();
      const answer = await introspect(token);
      expect([
        answer.status,
        answer.headers.get('content-type'),
        answer.headers.get('cache-control'),
      ]).toEqual([200, mediaType, 'no-store']);
      const { payload } = await verified(answer);
      expect(Object.keys(payload).toSorted()).toEqual(['aud', 'iat', 'iss', 'token_introspection']);
      expect(payload['token_introspection']).toEqual({
        ...{ active: true, token_type: 'Bearer' },
        ...decodeJwt(token),
      });
    },
  );

  verifies('rfc9701:5:inactive', 'is signed for tokens that do not count as well', async () => {
    const token = await newToken();
    const body = new URLSearchParams({ token });
    await client.send('/revoke', { method: 'POST', body, headers: planner });
    for (const dead of [token, 'garbage', `${token.slice(0, -8)}AAAAAAAA`]) {
      const { payload } = await verified(await introspect(dead));
      expect(payload['token_introspection']).toEqual({ active: false });
    }
  });

  verifies('rfc9701:4:by-accept', 'is for servers that ask for it', async () => {
    const token = await newToken();
    const typeOf = async (accept: string) =>
      (await introspect(token, { accept })).headers.get('content-type');
    expect(await typeOf(`${mediaType}, application/json;q=0.5`)).toBe(mediaType);
    expect(await typeOf(`application/json, ${mediaType}`)).toBe(mediaType);
    for (const accept of ['*/*', 'application/json', `application/json, ${mediaType};q=0.1`, 'nonsense']) {
      expect(await typeOf(accept)).toBe('application/json');
    }
    const refused = await client.send('/introspect', {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { accept: mediaType },
    });
    expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
  });

  verifies('rfc9701:5:no-access-token', 'opens no resource', async () => {
    const answer = await introspect(await newToken());
    const verifier = createVerifier({ issuer: client.issuer, resource: demo, audience: 'demo-server' });
    const verification = await verifier.verify(`Bearer ${answer.text}`);
    expect(verification).toMatchObject({ ok: false, challenge: { status: 401 } });
    const { body } = await introspect(answer.text, { accept: 'application/json' });
    expect(body).toEqual({ active: false });
  });

  verifies('rfc9701:7:metadata', 'has its algorithm in the metadata, and no encryption', async () => {
    const { body } = await client.get('/.well-known/oauth-authorization-server');
    expect(body['introspection_signing_alg_values_supported']).toEqual(['RS256']);
    expect(Object.keys(body).filter((name) => name.includes('introspection_encryption'))).toEqual([]);
  });

  verifies(
    'vestibule:dependency-down',
    'is 503 while KMS cannot sign, and plain answers go on',
    async () => {
      const token = await newToken();
      deployment.run.cloud.faults.add('kms:Sign=throttle@*');
      const answer = await introspect(token);
      expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(answer.headers.get('retry-after')).not.toBeNull();
      expect((await introspect(token, {})).body['active']).toBe(true);
      deployment.run.cloud.faults.clear();
      expect((await introspect(token)).status).toBe(200);
    },
    60_000,
  );
});
