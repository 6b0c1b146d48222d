import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { at } from '../support/exchanging.ts';
import { refreshTokenType, startGoingOn } from '../support/going-on.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startGoingOn());
const anId = expect.any(String) as string;
const aTime = expect.any(Number) as number;
const [minute, day] = [60, 86_400];

describe('a server that may go on in the name of a person', () => {
  verifies(
    ['rfc8693:2.2.1:refresh-token', 'vestibule:exchange-refresh'],
    'gets a refresh token in place of an access token, and access tokens for it as any client does',
    async () => {
      const { token, claims: parent } = await house.sent();
      const from = house.log.length;
      const opened = await house.opened(token);
      expect([opened.status, opened.headers.get('cache-control'), opened.body]).toEqual([
        200,
        'no-store',
        {
          access_token: expect.stringMatching(/^[\w-]{22}\.[\w-]{43}\.1\.[\w-]{43}$/) as string,
          ...{ issued_token_type: refreshTokenType, token_type: 'N_A', scope: 'ledger:read' },
          expires_in: 30 * day,
        },
      ]);
      const refreshed = await house.refresh(opened.body['access_token']);
      expect([refreshed.status, refreshed.body]).toEqual([
        200,
        {
          ...{ access_token: anId, refresh_token: anId, token_type: 'Bearer', scope: 'ledger:read' },
          expires_in: 15 * minute,
        },
      ]);
      const claims = decodeJwt(String(refreshed.body['access_token']));
      expect(claims).toEqual({
        ...{ iss: house.issuer, sub: alice.id, aud: at.ledger, client_id: 'reports-server' },
        ...{ scope: 'ledger:read', jti: anId, iat: aTime, exp: aTime, grant_id: parent['grant_id'] },
        ...{ roles: alice.roles, auth_time: alice.authTime, acr: alice.acr, amr: alice.amr },
        ...{ may_act: { sub: 'courier' }, act: { sub: 'reports-server', client_id: 'reports-server' } },
        ...{ jti_chain: [parent.jti], client_chain: [{ client_id: 'desk', exp: parent.exp }] },
        family_id: String(opened.body['access_token']).slice(0, 22),
      });
      const { body: told } = await house.introspect('ledger-server', String(refreshed.body['access_token']));
      expect(told).toMatchObject({ active: true, sub: alice.id, act: { sub: 'reports-server' } });
      const way = {
        subject: { kind: 'person', id: alice.id },
        via: ['reports-server'],
        parentJti: parent.jti,
      };
      const familyId = claims['family_id'];
      expect(eventsSince(house, from)).toEqual([
        expect.objectContaining({ event: 'refresh_token_given', ...way, familyId, resource: at.ledger }),
        expect.objectContaining({ event: 'token_issued', ...way, familyId, jti: claims.jti }),
        expect.objectContaining({ event: 'token_introspected', active: true }),
      ]);
    },
  );

  verifies(
    'vestibule:exchange-refresh',
    'goes on once the token has expired, and its tokens are exchanged on as any other',
    async () => {
      const { token } = await house.sent();
      const first = await house.familyOf(token);
      house.run.clock.advance(3 * 60 * minute);
      expect(await house.isActive(token, 'reports-server')).toBe(false);
      const { body } = await house.refresh(first);
      expect(await house.isActive(body['access_token'])).toBe(true);
      const further = await house.exchange('courier-client', String(body['access_token']), {
        resource: at.safe,
        scope: 'look',
      });
      expect([further.status, further.text]).toEqual([200, further.text]);
      expect(
        (await house.introspect('safe-server', String(further.body['access_token']))).body,
      ).toMatchObject({ active: true, act: { sub: 'courier', act: { sub: 'reports-server' } } });
      const again = await house.refresh(body['refresh_token'], { scope: 'ledger:read' });
      expect([again.status, again.body['scope']]).toEqual([200, 'ledger:read']);
      const wider = await house.refresh(again.body['refresh_token'], { scope: 'ledger:read ledger:write' });
      expect([wider.status, wider.body['error']]).toEqual([400, 'invalid_scope']);
    },
  );

  verifies(
    'vestibule:exchange-refresh',
    'is an agent too, whose client the person let in or nobody did',
    async () => {
      const { token } = await house.sent({ resource: at.planner, scope: ['plan'] });
      const opened = await house.opened(token, { resource: at.analyst }, 'planner-client');
      expect([opened.status, opened.text]).toEqual([200, opened.text]);
      house.run.clock.advance(day);
      const { body } = await house.refresh(opened.body['access_token'], {}, 'planner-client');
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ aud: at.analyst, scope: 'ask', agent_id: 'planner' },
        act: { sub: 'planner', client_id: 'planner-client', agent_id: 'planner' },
      });
    },
  );
});

describe('a refresh token is given in exchange for no token', () => {
  for (const [what, asked, error, why] of [
    [
      'where policy has no refreshTokens',
      async () => {
        const { token } = await house.sent({ resource: at.analyst, scope: ['ask'] });
        return house.opened(token, { resource: at.reports }, 'analyst-client');
      },
      'invalid_request',
      'refresh_not_delegated',
    ],
    [
      'to a client that could not use it',
      async () => house.opened((await house.sent()).token, {}, 'reports-without'),
      'unauthorized_client',
      'refresh_not_granted',
    ],
    [
      'of a person who lets nobody go on',
      async () => house.opened(await house.alices(at.reports, ['reports:read'])),
      'invalid_request',
      'refresh_not_offline',
    ],
    [
      'of an agent',
      async () => {
        const sent = await house.agents('planner-client', { resource: at.analyst, scope: 'ask:all' });
        const second = await house.exchanged('analyst-client', sent, { resource: at.reports });
        return house.opened(second);
      },
      'invalid_request',
      'refresh_of_exchanged',
    ],
    [
      'that was exchanged itself',
      async () => {
        const { token } = await house.sent({ resource: at.analyst, scope: ['ask'] });
        return house.opened(await house.exchanged('analyst-client', token, { resource: at.reports }));
      },
      'invalid_request',
      'refresh_of_exchanged',
    ],
    [
      'of which there is none for anybody',
      async () => house.opened((await house.sent()).token, { scope: 'ledger:write' }),
      'invalid_scope',
      'scope_not_delegated',
    ],
  ] as const) {
    verifies('vestibule:exchange-refresh-policy', what, async () => {
      const from = house.log.length;
      const { status, body, text } = await asked();
      expect([status, body['error'], text]).toEqual([400, error, text]);
      expect(eventsSince(house, from).at(-1)).toMatchObject({ event: 'token_refused', detail: why });
    });
  }
});
