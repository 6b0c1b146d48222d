import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, basic } from '../support/driver.ts';
import { alice, type Wish } from '../support/granted.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

afterAll(() => desk.close());

async function newTokens(scope: readonly string[], wish: Partial<Wish> = {}) {
  const granted = await desk.newCode({ scope, ...wish });
  const { body } = await desk.redeem(granted, app);
  return { ...granted, body, accessToken: String(body['access_token']), idToken: String(body['id_token']) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const told = (answer: Answer): readonly unknown[] => [answer.status, answer.body['error']];

describe('an id_token', () => {
  verifies('oidc-core:2:id-token', 'comes with openid, for the client that asked', async () => {
    const { idToken, accessToken } = await newTokens(['openid', 'tools:read'], { nonce: 'n-1' });
    const keys = createRemoteJWKSet(new URL(`${desk.client.issuer}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(idToken, keys, {
      ...{ issuer: desk.client.issuer, audience: app, typ: 'JWT' },
      currentDate: new Date(desk.deployment.run.clock.now()),
    });
    const half = createHash('sha256').update(accessToken).digest().subarray(0, 16);
    expect(payload).toEqual({
      ...{ iss: desk.client.issuer, sub: alice.id, aud: app, nonce: 'n-1' },
      ...{ iat: payload.iat, exp: payload.iat! + 900 },
      ...{ auth_time: 1_700_000_000, acr: '1', amr: ['pwd'], at_hash: half.toString('base64url') },
      grant_id: decodeJwt(accessToken)['grant_id'],
    });
  });

  verifies('oidc-core:5.4:claims', 'tells what the granted scopes let the client know', async () => {
    const { idToken } = await newTokens(['openid', 'profile', 'email', 'tools:read']);
    expect(decodeJwt(idToken)).toMatchObject({
      ...{ name: 'Alice Example', preferred_username: 'alice' },
      ...{ email: 'alice@example.com', email_verified: true },
    });
    expect(decodeJwt(idToken)).not.toHaveProperty('nonce');
    const { body } = await newTokens(['profile', 'tools:read']);
    expect(body).not.toHaveProperty('id_token');
  });

  verifies('rfc9068:2.1:type', 'is no access token, here and at resources', async () => {
    const { idToken } = await newTokens(['openid', 'tools:read']);
    expect(told(await desk.client.get('/userinfo', bearer(idToken)))).toEqual([401, 'invalid_token']);
    const headers = basic('demo-server', await desk.deployment.secretOf('demo-server'));
    const asked = { method: 'POST', headers, body: new URLSearchParams({ token: idToken }) };
    expect((await desk.client.send('/introspect', asked)).body).toEqual({ active: false });
  });
});

describe('userinfo', () => {
  verifies(
    ['oidc-core:5.3:userinfo', 'oidc-core:5.4:claims'],
    'answers by GET and POST, for tokens of a resource and for those of its own',
    async () => {
      const { accessToken } = await newTokens(['openid', 'email', 'tools:read']);
      const email = { sub: alice.id, email: 'alice@example.com', email_verified: true };
      const answer = await desk.client.get('/userinfo', bearer(accessToken));
      expect(answer).toMatchObject({ status: 200, body: email });
      expect(Object.keys(answer.body).sort()).toEqual(Object.keys(email).sort());
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const posted = await desk.client.send('/userinfo', { method: 'POST', headers: bearer(accessToken) });
      expect(posted.body).toEqual(email);
      const granted = await desk.code({ clientId: app, scope: ['openid', 'profile'] });
      const { body } = await desk.redeem(granted, app);
      expect(decodeJwt(String(body['access_token'])).aud).toBe(`${desk.client.issuer}/userinfo`);
      const own = await desk.client.get('/userinfo', bearer(String(body['access_token'])));
      expect(own.body).toEqual({ sub: alice.id, name: 'Alice Example', preferred_username: 'alice' });
    },
  );

  verifies(
    'oidc-core:5.3:userinfo',
    'challenges what brings no token, a bad one, or too little',
    async () => {
      const none = await desk.client.get('/userinfo');
      expect(none.status).toBe(401);
      expect(none.headers.get('www-authenticate')).toBe('Bearer scope="openid"');
      const { accessToken } = await newTokens(['openid', 'tools:read']);
      const inUrl = await desk.client.get(`/userinfo?access_token=${accessToken}`);
      expect(told(inUrl)).toEqual([400, 'invalid_request']);
      const inBody = await desk.client.send('/userinfo', {
        ...{ method: 'POST', body: new URLSearchParams({ access_token: accessToken }) },
      });
      expect(inBody.status).toBe(401);
      const bad = await desk.client.get('/userinfo', bearer(`${accessToken.slice(0, -4)}AAAA`));
      expect(told(bad)).toEqual([401, 'invalid_token']);
      expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
      const less = await newTokens(['tools:read']);
      expect(told(await desk.client.get('/userinfo', bearer(less.accessToken)))).toEqual([
        ...[403, 'insufficient_scope'],
      ]);
      expect((await desk.client.send('/userinfo', { method: 'PUT' })).status).toBe(405);
    },
  );

  verifies('rfc7009:2.1:refresh-token', 'tells nothing once the grant has ended', async () => {
    const { accessToken, body } = await newTokens(['openid', 'tools:read']);
    const form = { token: String(body['refresh_token']), client_id: app };
    await desk.client.send('/revoke', { method: 'POST', body: new URLSearchParams(form) });
    expect(told(await desk.client.get('/userinfo', bearer(accessToken)))).toEqual([401, 'invalid_token']);
  });
});
