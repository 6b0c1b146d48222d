import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect } from 'vitest';
import { accessToken, at, jwt, refusedAt } from '../support/exchanging.ts';
import { idTokenType, startGoingOn } from '../support/going-on.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startGoingOn());
const wanted = { requested_token_type: idTokenType };
const openId = ['openid', 'profile', 'email', 'reports:read'];

describe('a server that was sent the token of a person', () => {
  verifies(
    ['rfc8693:2.2.1:id-token', 'vestibule:exchange-identity'],
    'learns in an id_token of its own who that is, and by whom it came',
    async () => {
      const sent = await house.alices(at.reports, openId);
      const parent = decodeJwt(sent);
      const from = house.log.length;
      const { status, body } = await house.exchange('reports-server', sent, wanted);
      const token = String(body['access_token']);
      expect([status, body]).toEqual([
        200,
        {
          ...{ access_token: token, issued_token_type: idTokenType, token_type: 'N_A' },
          ...{ scope: 'openid profile email', expires_in: expect.any(Number) as number },
        },
      ]);
      const keys = createRemoteJWKSet(new URL(`${house.issuer}/.well-known/jwks.json`));
      const expected = { issuer: house.issuer, audience: 'reports-server', typ: 'JWT' };
      const currentDate = new Date(house.run.clock.now());
      const { payload } = await jwtVerify(token, keys, { ...expected, currentDate });
      expect(payload).toEqual({
        ...{ iss: house.issuer, sub: alice.id, aud: 'reports-server', grant_id: parent['grant_id'] },
        ...{ iat: expect.any(Number) as number, exp: expect.any(Number) as number },
        ...{ jti: expect.any(String) as string, auth_time: alice.authTime, acr: alice.acr, amr: alice.amr },
        ...{ name: alice.name, preferred_username: 'alice', email: alice.email, email_verified: true },
        act: { sub: 'reports-server', client_id: 'reports-server' },
      });
      expect(payload.exp).toBeLessThanOrEqual(parent.exp!);
      expect(eventsSince(house, from)).toMatchObject([
        { event: 'token_issued', jti: payload.jti, resource: 'reports-server', via: ['reports-server'] },
      ]);
    },
  );

  verifies(
    'vestibule:exchange-identity',
    'learns no more than the token tells, and less where it asks for less',
    async () => {
      const sent = await house.alices(at.reports, ['openid', 'email', 'reports:read']);
      const told = async (form: Readonly<Record<string, string>>) => {
        const { body } = await house.exchange('reports-server', sent, { ...wanted, ...form });
        const { name, email } = decodeJwt(String(body['access_token']));
        return [body['scope'], name, email];
      };
      expect(await told({})).toEqual(['openid email', undefined, alice.email]);
      expect(await told({ scope: 'openid', audience: 'reports-server' })).toEqual([
        'openid',
        undefined,
        undefined,
      ]);
      const plain = await house.alices(at.reports, ['reports:read']);
      const { body } = await house.exchange('reports-server', plain, wanted);
      expect(body).not.toHaveProperty('scope');
      expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('email');
    },
  );

  verifies('vestibule:exchange-identity', 'is further down the chain as well', async () => {
    const first = await house.alices(at.analyst, ['ask'], { clientId: 'planner-desk', agentId: 'planner' });
    const second = await house.exchanged('analyst-client', first, { resource: at.reports });
    const { body } = await house.exchange('reports-server', second, wanted);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ sub: alice.id, aud: 'reports-server' },
      act: { sub: 'reports-server', act: { sub: 'analyst', act: { sub: 'planner' } } },
    });
  });

  const refused = refusedAt(house, wanted);
  verifies('vestibule:exchange-identity', 'asks for it for itself alone, and of a person', async () => {
    const sent = await house.alices(at.reports, openId);
    for (const [more, error, why] of [
      [{ resource: at.ledger }, 'invalid_target', 'identity_of_client_alone'],
      [{ audience: 'ledger-server' }, 'invalid_target', 'identity_of_client_alone'],
      [{ scope: 'reports:read' }, 'invalid_scope', 'scope_not_delegated'],
      [{ scope: 'openid offline_access' }, 'invalid_scope', 'scope_not_delegated'],
    ] as const) {
      const { answer, why: told } = await refused(sent, more);
      expect([more, answer.slice(0, 2), told]).toEqual([more, [400, error], why]);
    }
    const agents = await house.agents('planner-client', { resource: at.analyst, scope: 'ask:all' });
    expect((await refused(agents, {}, 'analyst-client')).why).toBe('nobody_signed_in');
    expect((await refused(sent, {}, 'courier-client')).why).toBe('not_the_audience');
    expect((await refused(sent, {}, 'safe-server')).why).toBe('grant_not_allowed');
    await house.revoke('desk', sent);
    expect((await refused(sent, {})).why).toBe('subject_revoked');
  });
});

describe('an id_token that came of an exchange', () => {
  verifies('vestibule:exchange-identity', 'is no access token, and exchanged for nothing', async () => {
    const sent = await house.alices(at.reports, openId);
    const { body } = await house.exchange('reports-server', sent, wanted);
    const token = String(body['access_token']);
    expect(decodeProtectedHeader(token).typ).toBe('JWT');
    expect(await house.isActive(token, 'reports-server')).toBe(false);
    expect((await house.client.get('/userinfo', { authorization: `Bearer ${token}` })).status).toBe(401);
    for (const clientId of ['reports-server', 'courier-client']) {
      for (const type of [accessToken, jwt, idTokenType]) {
        const more = { subject_token_type: type, resource: at.ledger };
        const answer = await house.exchange(clientId, token, more);
        expect([clientId, type, answer.status, answer.body['error']]).toEqual([
          clientId,
          type,
          400,
          'invalid_request',
        ]);
      }
    }
  });
});
