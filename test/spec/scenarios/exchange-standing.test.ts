import { decodeJwt } from 'jose';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import type { GrantId } from '../../../lambdas/runtime/identifiers.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { at, refusedAt, startExchanging } from '../support/exchanging.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startExchanging());
const refused = refusedAt(house, { resource: at.ledger, scope: 'ledger:read' });
const disabled: string[] = [];

beforeAll(() => {
  disabled.length = 0;
});
afterEach(async () => {
  for (const thing of disabled.splice(0)) await change(thing, 'enable');
});

async function change(thing: string, to: 'disable' | 'enable'): Promise<void> {
  const { status, text } = await house.client.admin('POST', `${thing}/${to}`);
  expect([200, text]).toEqual([status, text]);
  house.client.letCachesExpire();
}

async function disable(thing: string): Promise<void> {
  disabled.push(thing);
  await change(thing, 'disable');
}

const sentTo = (resource: string, scope: string) => house.alices(resource, [scope]);

describe('what was exchanged', () => {
  verifies(
    ['vestibule:exchange-standing', 'rfc8693:2.2.2:errors'],
    'is exchanged no further once a token that it comes from was revoked, at that very moment',
    async () => {
      const first = await sentTo(at.planner, 'plan');
      const second = await house.exchanged('planner-client', first, { resource: at.analyst });
      const third = await house.exchanged('analyst-client', second, { resource: at.reports });
      const revoke = async (token: string, by: Readonly<Record<string, string>>, form: object = {}) => {
        const body = new URLSearchParams({ token, ...form });
        expect((await house.client.send('/revoke', { method: 'POST', headers: by, body })).status).toBe(200);
      };
      expect((await house.exchange('reports-server', third, { resource: at.ledger })).status).toBe(200);
      await revoke(second, await house.as('planner-client'));
      expect((await refused(third, {})).why).toBe('subject_parent_revoked');
      expect((await refused(second, { resource: at.reports, scope: undefined }, 'analyst-client')).why).toBe(
        'subject_revoked',
      );
      // The token that the planner has is what it was.
      await house.exchanged('planner-client', first, { resource: at.analyst });
      await revoke(first, {}, { client_id: 'desk' });
      const { answer, why } = await refused(
        first,
        { resource: at.analyst, scope: undefined },
        'planner-client',
      );
      expect([why, answer]).toEqual([
        'subject_revoked',
        [400, 'invalid_request', 'the subject_token counts no more: what it rests on has ended'],
      ]);
    },
  );

  verifies(
    'vestibule:exchange-standing',
    'is exchanged no further once the grant of the person has ended',
    async () => {
      const first = await sentTo(at.planner, 'plan');
      const second = await house.exchanged('planner-client', first, { resource: at.analyst });
      const grantId = String(decodeJwt(first)['grant_id']) as GrantId;
      const now = instant(Math.floor(house.run.clock.now() / 1_000));
      await house.granting.grants.end(grantId, { at: now, reason: 'withdrawn' }, 'request');
      const more = { resource: at.reports, scope: undefined };
      expect((await refused(second, more, 'analyst-client')).why).toBe('subject_grant_ended');
    },
  );

  verifies(
    'vestibule:exchange-standing',
    'is exchanged no further while a client, an agent, a target or an identity provider of it is disabled',
    async () => {
      const first = await sentTo(at.planner, 'plan');
      const second = await house.exchanged('planner-client', first, { resource: at.analyst });
      const third = await house.exchanged('analyst-client', second, { resource: at.reports });
      const cases = [
        ['clients/desk', 'subject_chain_not_active', 'invalid_request'],
        ['clients/planner-client', 'subject_chain_not_active', 'invalid_request'],
        ['agents/planner', 'subject_chain_not_active', 'invalid_request'],
        ['agents/analyst', 'subject_agent_not_active', 'invalid_request'],
        ['clients/analyst-client', 'subject_client_not_active', 'invalid_request'],
        ['resources/ledger', 'target_not_delegated', 'invalid_target'],
        ['resources/reports', 'server_disabled', 'unauthorized_client'],
        ['idps/demo', 'person_suspended', 'invalid_request'],
      ] as const;
      for (const [thing, why, error] of cases) {
        await disable(thing);
        const outcome = await refused(third, {});
        expect([thing, outcome.why, outcome.answer[1]]).toEqual([thing, why, error]);
        await change(disabled.pop() ?? '', 'enable');
        // Nothing has ended: an operator turned it off and on again.
        expect([thing, (await house.exchange('reports-server', third, {})).status]).toEqual([thing, 200]);
      }
    },
    60_000,
  );

  verifies('vestibule:exchange-standing', 'is asked for by no agent that is disabled', async () => {
    const first = await sentTo(at.planner, 'plan');
    await disable('agents/planner');
    const outcome = await refused(first, { resource: at.analyst, scope: undefined }, 'planner-client');
    expect([outcome.why, outcome.answer[1]]).toEqual(['agent_disabled', 'unauthorized_client']);
  });

  verifies(
    ['rfc8693:2.2.1:response', 'vestibule:exchange-life'],
    'lives no longer than what it comes from, and is gone with it',
    async () => {
      const first = await sentTo(at.planner, 'plan');
      house.run.clock.advance(600);
      const answer = await house.exchange('planner-client', first, { resource: at.analyst });
      const second = String(answer.body['access_token']);
      expect(decodeJwt(second).exp).toBe(decodeJwt(first).exp);
      expect(Number(answer.body['expires_in'])).toBeLessThanOrEqual(300);
      house.run.clock.advance(200);
      const third = await house.exchanged('analyst-client', second, { resource: at.reports });
      expect(decodeJwt(third).exp).toBe(decodeJwt(first).exp);
      house.run.clock.advance(110);
      expect((await refused(third, {})).why).toBe('subject_expired');
      expect((await house.introspect('reports-server', third)).body).toEqual({ active: false });
    },
  );
});
