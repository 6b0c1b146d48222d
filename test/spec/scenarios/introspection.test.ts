import { randomUUID } from 'node:crypto';

import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { newKeyClient, newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

type Credentials = Readonly<Record<string, string>>;

let deployment: TestDeployment;
let client: Driver;
let server: Credentials;
let planner: Credentials;
let demo: string;
let analyst: string;
const inactive = '{"active":false}';

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  server = basic('demo-server', await deployment.secretOf('demo-server'));
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  analyst = String((await client.admin('GET', 'resources/analyst-agent')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

function post(path: string, form: Readonly<Record<string, string>>, headers: Credentials): Promise<Answer> {
  return client.send(path, { method: 'POST', body: new URLSearchParams(form), headers });
}

const introspect = (token: string, as: Credentials = server): Promise<Answer> =>
  post('/introspect', { token }, as);
const revoke = (token: string, as: Credentials = planner): Promise<Answer> => post('/revoke', { token }, as);
const isActive = async (token: string): Promise<unknown> => (await introspect(token)).body['active'];

async function newToken(as: Credentials = planner, more: Readonly<Record<string, string>> = {}) {
  const { body } = await client.token({ grant_type: 'client_credentials', resource: demo, ...more }, as);
  return String(body['access_token']);
}

async function newKeyedServer(): Promise<{ readonly assert: () => Promise<Record<string, string>> }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const client_id = `keyed-${randomUUID()}`;
  const jwks = { keys: [await exportJWK(publicKey)] };
  await client.register('clients', {
    ...{ client_id, resource: 'demo', token_endpoint_auth_method: 'private_key_jwt', jwks },
  });
  return {
    assert: () => assertionOf(client_id, privateKey),
  };
}

async function assertionOf(id: string, key: CryptoKey): Promise<Record<string, string>> {
  const now = Math.floor(deployment.run.clock.now() / 1000);
  const claims = { iss: id, sub: id, aud: client.issuer, jti: randomUUID(), exp: now + 60 };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(key),
  };
}

describe('introspection', () => {
  verifies('rfc7662:2.2:active-token', 'tells what a token says', async () => {
    const answer = await introspect(await newToken());
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(answer.body).toMatchObject({
      ...{ active: true, token_type: 'Bearer', iss: client.issuer, aud: demo, scope: 'tools:read' },
      ...{ sub: 'planner-client', client_id: 'planner-client', agent_id: 'planner' },
    });
    expect(Number(answer.body['exp']) - Number(answer.body['iat'])).toBe(900);
  });

  verifies(
    ['rfc7662:2.2:inactive-says-nothing'],
    'tells nothing of garbage, of expired tokens and of tokens for another resource',
    async () => {
      const token = await newToken();
      const [header = '', payload = ''] = token.split('.');
      const tokens = [
        'garbage',
        'a.b.c',
        `${header}.${payload}.`,
        `${header}.${payload}.${'A'.repeat(342)}`,
        `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`,
        await newToken(planner, { resource: analyst, scope: 'ask' }),
      ];
      for (const each of tokens) {
        const { status, text, headers } = await introspect(each);
        expect([status, text, headers.get('cache-control')]).toEqual([200, inactive, 'no-store']);
      }
      deployment.run.clock.advance(901);
      expect((await introspect(token)).text).toBe(inactive);
    },
  );

  verifies(
    ['rfc7662:2.1:authenticated-resource-servers', 'rfc7662:2.3:invalid-client'],
    'is for the servers of resources, who get no token themselves',
    async () => {
      const token = await newToken();
      const stranger = await introspect(token, basic('demo-server', 'wrong'));
      expect([stranger.status, stranger.body['error']]).toEqual([401, 'invalid_client']);
      expect((await introspect(token, {})).status).toBe(401);
      const holder = await introspect(token, planner);
      expect([holder.status, holder.body['error']]).toEqual([400, 'unauthorized_client']);
      expect((await client.get('/introspect')).status).toBe(405);
      const asked = await client.token({ grant_type: 'client_credentials' }, server);
      expect([asked.status, asked.body['error']]).toEqual([400, 'unauthorized_client']);
    },
  );

  verifies('rfc7662:2.1:token-required', 'asks about one token, whatever the hint', async () => {
    const without = await post('/introspect', { token_type_hint: 'access_token' }, server);
    expect([without.status, without.body['error']]).toEqual([400, 'invalid_request']);
    for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense']) {
      const { body } = await post('/introspect', { token: await newToken(), token_type_hint }, server);
      expect(body['active']).toBe(true);
    }
  });

  verifies(
    'vestibule:introspection-is-fresh',
    'follows a disabled agent, client and resource, and their return, at once',
    async () => {
      const holder = await newSecretClient(client, 'fleeting', [
        { resource: demo, required: ['tools:read'] },
      ]);
      const token = await newToken(holder);
      expect(await isActive(token)).toBe(true);
      for (const thing of ['agents/fleeting', 'clients/fleeting-client', 'resources/demo']) {
        await client.admin('POST', `${thing}/disable`);
        expect([thing, (await introspect(token)).text]).toEqual([thing, inactive]);
        await client.admin('POST', `${thing}/enable`);
        expect([thing, await isActive(token)]).toEqual([thing, true]);
      }
      await client.admin('DELETE', 'clients/fleeting-client');
      expect((await introspect(token)).text).toBe(inactive);
    },
    60_000,
  );

  verifies(
    'vestibule:assertion-single-use-everywhere',
    'takes an assertion once, here or at the revocation endpoint',
    async () => {
      const { assert } = await newKeyedServer();
      const token = await newToken();
      const form = { token, ...(await assert()) };
      const first = await post('/introspect', form, {});
      expect([first.status, first.body['active']]).toEqual([200, true]);
      expect((await post('/introspect', form, {})).status).toBe(401);
      expect((await post('/revoke', form, {})).status).toBe(401);
      expect((await post('/revoke', { token, ...(await assert()) }, {})).status).toBe(200);
    },
  );
});

describe('revocation', () => {
  verifies(
    ['rfc7009:2.1:own-tokens-only', 'vestibule:introspection-is-fresh'],
    'ends a token at once, and no other',
    async () => {
      const [token, other] = [await newToken(), await newToken()];
      expect(await isActive(token)).toBe(true);
      expect((await revoke(token)).status).toBe(200);
      expect((await introspect(token)).text).toBe(inactive);
      expect(await isActive(other)).toBe(true);
    },
  );

  verifies(
    ['rfc7009:2.1:own-tokens-only', 'rfc7009:2.2:unknown-token'],
    'has no effect on the token of another client, and does not tell',
    async () => {
      const token = await newToken();
      const analystClient = basic('analyst-client', await deployment.secretOf('analyst-client'));
      const foreign = [await revoke(token, analystClient), await revoke(token, server)];
      expect(await isActive(token)).toBe(true);
      const own = [await revoke(token), await revoke(token), await revoke('garbage')];
      const answers = [...foreign, ...own].map(({ status, text, headers }) => [
        status,
        text,
        headers.get('cache-control'),
      ]);
      expect(answers).toEqual(Array(5).fill([200, '{}', 'no-store']));
      expect(await isActive(token)).toBe(false);
    },
  );

  verifies('rfc7009:2.1:invalid-client', 'is for clients that prove themselves', async () => {
    const token = await newToken();
    const stranger = await revoke(token, basic('planner-client', 'wrong'));
    expect([stranger.status, stranger.body['error']]).toEqual([401, 'invalid_client']);
    const without = await post('/revoke', {}, planner);
    expect([without.status, without.body['error']]).toEqual([400, 'invalid_request']);
    expect(await isActive(token)).toBe(true);
  });

  verifies('rfc7009:2.3:cross-origin', 'answers pages of any origin', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const { status, headers: allowed } = await client.send('/revoke', { method: 'OPTIONS', headers });
    expect([status, allowed.get('access-control-allow-origin')]).toEqual([204, '*']);
  });
});

describe('an assertion that revokes', () => {
  verifies(
    'vestibule:revocation-retried',
    'is spent on one token, and on that one as often as it takes',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const catalogue = [{ resource: demo, required: ['tools:read'] }];
      const jwks = { keys: [await exportJWK(publicKey)] };
      const id = await newKeyClient(client, 'persistent', catalogue, { jwks });
      const proof = () => assertionOf(id, privateKey);
      const token = await newToken({}, await proof());
      const other = await newToken({}, await proof());
      const form = await proof();
      deployment.run.cloud.faults.add('dynamodb:UpdateItem=down@1-3');
      expect((await post('/revoke', { token, ...form }, {})).status).toBe(503);
      deployment.run.cloud.faults.clear();
      expect(await isActive(token)).toBe(true);
      const replayed = await post('/revoke', { token: other, ...form }, {});
      expect([replayed.status, replayed.body['error']]).toEqual([401, 'invalid_client']);
      expect((await post('/revoke', { token, ...form }, {})).status).toBe(200);
      expect([await isActive(token), await isActive(other)]).toEqual([false, true]);
      expect((await post('/revoke', { token, ...form }, {})).status).toBe(200);
      expect((await newToken({}, form)) === 'undefined').toBe(true);
    },
    60_000,
  );
});

describe('a dependency that fails', () => {
  verifies(
    ['rfc7009:2.2.1:unavailable', 'vestibule:dependency-down'],
    'keeps both endpoints from answering wrongly, and the next try works',
    async () => {
      const { faults } = deployment.run.cloud;
      const token = await newToken();
      expect(await isActive(token)).toBe(true);
      faults.add('dynamodb:*=down@*');
      for (const answer of [await introspect(token), await revoke(token)]) {
        expect(answer.status).toBe(503);
        expect(answer.headers.get('retry-after')).not.toBeNull();
      }
      faults.clear();
      expect(await isActive(token)).toBe(true);
      faults.add('dynamodb:UpdateItem=throttle@1,dynamodb:UpdateItem=timeout@2');
      expect((await revoke(token)).status).toBe(200);
      faults.clear();
      expect(await isActive(token)).toBe(false);
    },
    120_000,
  );
});
