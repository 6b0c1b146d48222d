import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { accessToken, at, jwt, startExchanging } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startExchanging());
const reader = { resource: at.ledger, scope: 'ledger:read' };

describe('an MCP server that was sent the token of a person', () => {
  verifies(
    ['rfc8693:2.1:exchange', 'rfc8693:2.2.1:response', 'rfc8693:4.1:act'],
    'gets one for another server, in the name of the person and through itself',
    async () => {
      const sent = await house.alices(at.reports, ['reports:read']);
      const parent = decodeJwt(sent);
      const from = house.log.length;
      const { status, headers, body } = await house.exchange('reports-server', sent, reader);
      expect([status, headers.get('cache-control'), headers.get('pragma')]).toEqual([
        200,
        'no-store',
        'no-cache',
      ]);
      expect(body).toEqual({
        access_token: expect.any(String) as string,
        ...{ issued_token_type: accessToken, token_type: 'Bearer', scope: 'ledger:read' },
        expires_in: expect.any(Number) as number,
      });
      const claims = decodeJwt(String(body['access_token']));
      expect(claims).toEqual({
        ...{ iss: house.issuer, sub: alice.id, aud: at.ledger, client_id: 'reports-server' },
        ...{ scope: 'ledger:read', jti: expect.any(String) as string, iat: expect.any(Number) as number },
        ...{ exp: expect.any(Number) as number, grant_id: parent['grant_id'], roles: alice.roles },
        ...{ auth_time: alice.authTime, acr: alice.acr, amr: alice.amr, may_act: { sub: 'courier' } },
        act: { sub: 'reports-server', client_id: 'reports-server' },
        jti_chain: [parent.jti],
        client_chain: [{ client_id: 'desk', exp: parent.exp }],
      });
      expect(claims.exp).toBeLessThanOrEqual(parent.exp!);
      expect(eventsSince(house, from)).toEqual([
        expect.objectContaining({
          ...{ event: 'token_issued', clientId: 'reports-server', personId: alice.id, resource: at.ledger },
          ...{ subject: { kind: 'person', id: alice.id }, via: ['reports-server'], parentJti: parent.jti },
          ...{ jti: claims.jti, grantId: parent['grant_id'], scope: 'ledger:read' },
        }),
      ]);
      expect((await house.introspect('ledger-server', String(body['access_token']))).body).toMatchObject({
        ...{ active: true, sub: alice.id, act: { sub: 'reports-server' } },
      });
    },
  );
});

describe('a chain of agents', () => {
  verifies(
    ['rfc8693:4.1:act', 'rfc8693:2.1:exchange', 'vestibule:exchange-audit'],
    'reads "alice, via planner, via analyst", in the token and in the audit trail',
    async () => {
      const first = await house.alices(at.planner, ['plan']);
      const second = await house.exchanged('planner-client', first, { resource: at.analyst });
      const from = house.log.length;
      const third = await house.exchanged('analyst-client', second, { resource: at.reports });
      const parents = [first, second].map((token) => decodeJwt(token));
      expect(decodeJwt(third)).toMatchObject({
        ...{
          sub: alice.id,
          aud: at.reports,
          scope: 'reports:read',
          client_id: 'analyst-client',
          agent_id: 'analyst',
        },
        act: {
          ...{ sub: 'analyst', client_id: 'analyst-client', agent_id: 'analyst' },
          act: { sub: 'planner', client_id: 'planner-client', agent_id: 'planner' },
        },
        jti_chain: parents.map(({ jti }) => jti),
      });
      expect(eventsSince(house, from)).toMatchObject([
        {
          subject: { kind: 'person', id: alice.id },
          via: ['planner', 'analyst'],
          parentJti: parents[1]?.jti,
        },
      ]);
    },
  );

  verifies('rfc8693:4.1:act', 'begins with the agent that the person let in', async () => {
    const first = await house.alices(at.analyst, ['ask'], { clientId: 'planner-desk', agentId: 'planner' });
    const second = await house.exchanged('analyst-client', first, { resource: at.reports });
    expect(decodeJwt(second)['act']).toMatchObject({
      sub: 'analyst',
      act: { sub: 'planner', client_id: 'planner-desk' },
    });
  });

  verifies(
    ['rfc8693:2.1:exchange', 'rfc8693:4.3:client-id'],
    'may begin with an agent and no person',
    async () => {
      const first = await house.agents('planner-client', { resource: at.analyst, scope: 'ask:all' });
      const second = await house.exchanged('analyst-client', first, { resource: at.reports });
      expect(decodeJwt(second)).toMatchObject({
        ...{
          sub: 'planner-client',
          client_id: 'analyst-client',
          agent_id: 'analyst',
          scope: 'reports:write',
        },
        act: { sub: 'analyst', client_id: 'analyst-client' },
      });
      expect(decodeJwt(second)).not.toHaveProperty('grant_id');
      const third = await house.exchanged('reports-server', second, { resource: at.ledger });
      expect(decodeJwt(third)).toMatchObject({ sub: 'planner-client', scope: 'ledger:read ledger:write' });
      expect(decodeJwt(third)).not.toHaveProperty('roles');
    },
  );
});

describe('an exchange', () => {
  verifies(
    'vestibule:exchange-endpoint',
    'is asked for at /exchange as at /token, where nothing else is',
    async () => {
      const sent = await house.alices(at.reports, ['reports:read']);
      const answer = await house.exchange('reports-server', sent, reader, '/exchange');
      expect([answer.status, decodeJwt(String(answer.body['access_token'])).aud]).toEqual([200, at.ledger]);
      const other = await house.exchange(
        'planner-client',
        sent,
        { grant_type: 'client_credentials' },
        '/exchange',
      );
      expect([other.status, other.body['error']]).toEqual([400, 'unsupported_grant_type']);
      expect((await house.client.get('/exchange')).status).toBe(405);
      const { body } = await house.client.get('/.well-known/oauth-authorization-server');
      expect(body['token_endpoint']).toBe(`${house.issuer}/token`);
      expect(body['grant_types_supported']).toContain('urn:ietf:params:oauth:grant-type:token-exchange');
    },
  );

  verifies(
    ['rfc8693:2.1:subject-token-type', 'rfc8693:2.2.1:response'],
    'takes a token as the JWT that it is, and gives one by that name',
    async () => {
      const sent = await house.alices(at.reports, ['reports:read']);
      const more = { ...reader, subject_token_type: jwt, requested_token_type: jwt };
      const { status, body } = await house.exchange('reports-server', sent, more);
      expect([status, body['issued_token_type']]).toEqual([200, jwt]);
    },
  );

  verifies(
    'rfc8693:2.1:target',
    'names its target by resource, by audience, by both, or by none where it has one',
    async () => {
      const sent = await house.alices(at.reports, ['reports:read']);
      for (const more of [
        { resource: at.ledger },
        { audience: at.ledger },
        { ...reader, audience: at.ledger },
        {},
      ]) {
        const { status, body } = await house.exchange('reports-server', sent, more);
        expect([status, body['scope']]).toEqual([200, 'ledger:read']);
      }
    },
  );
});
