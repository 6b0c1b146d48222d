import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { at, jwt, startExchanging } from '../support/exchanging.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startExchanging());
const more = { resource: at.ledger, scope: 'ledger:read' };

afterEach(() => {
  house.run.cloud.faults.clear();
});

const ask = (token: string) => house.exchange('reports-server', token, more);

async function revoke(token: string): Promise<void> {
  const body = new URLSearchParams({ token, client_id: 'desk' });
  expect((await house.client.send('/revoke', { method: 'POST', body })).status).toBe(200);
}

describe('an AWS that fails during an exchange', () => {
  verifies(
    'vestibule:exchange-faults',
    'costs a request, and makes no token of one that has ended, at whichever call it fails',
    async () => {
      const sent = await house.alices(at.reports, ['reports:read']);
      const ended = await house.alices(at.reports, ['reports:read']);
      await revoke(ended);
      house.client.letCachesExpire();
      const calls = await callsDuring(house, ['Token'], () => ask(sent));
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['dynamodb:BatchGetItem~Token', 'kms:Sign~Token']),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        for (const [token, isGood] of [
          [sent, true],
          [ended, false],
        ] as const) {
          house.client.letCachesExpire();
          house.run.cloud.faults.add(fault);
          const answer = await ask(token);
          house.run.cloud.faults.clear();
          const allowed = isGood ? [200, 503] : [400, 503];
          expect([fault, isGood, allowed.includes(answer.status), answer.text]).toEqual([
            fault,
            isGood,
            true,
            answer.text,
          ]);
          if (answer.status === 503) {
            expect(answer.body['error']).toBe('temporarily_unavailable');
            expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
          }
        }
      }
      expect((await ask(sent)).status).toBe(200);
    },
    240_000,
  );
});

describe('hundreds who exchange at once', () => {
  verifies(
    'vestibule:exchange-many',
    'get a token each, and none once the parent is revoked in the middle of it',
    async () => {
      const sent = await house.alices(at.reports, ['reports:read']);
      const answers = await Promise.all(Array.from({ length: 300 }, () => ask(sent)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const tokens = answers.map(({ body }) => decodeJwt(String(body['access_token'])));
      expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(300);
      expect(new Set(tokens.map((token) => JSON.stringify(token['jti_chain']))).size).toBe(1);
      const revoked = revoke(sent);
      const racing = await Promise.all(Array.from({ length: 100 }, () => ask(sent)));
      await revoked;
      const late = await Promise.all(Array.from({ length: 100 }, () => ask(sent)));
      expect(new Set(late.map(({ status }) => status))).toEqual(new Set([400]));
      // What was given meanwhile counts no more than what it came from.
      for (const { status, body } of racing.filter((answer) => answer.status === 200).slice(0, 10)) {
        const { body: told } = await house.introspect('ledger-server', String(body['access_token']));
        expect([status, told]).toEqual([200, { active: false }]);
      }
    },
    240_000,
  );
});

describe('the tokens of an exchange', () => {
  verifies('vestibule:exchange-secrets', 'are in no log, and in no answer that refuses them', async () => {
    const sent = await house.alices(at.reports, ['reports:read']);
    const actor = await house.agents('analyst-client', { resource: at.planner, scope: 'plan' });
    const canary = 'canary-1f6c0a77';
    const answers = [
      await ask(sent),
      await house.exchange('courier-client', sent, more),
      await house.exchange('reports-server', sent, { ...more, actor_token: actor, actor_token_type: jwt }),
      await house.exchange('reports-server', `vat_${canary}`, { ...more, subject_token_type: canary }),
      await house.exchange('reports-server', canary, {
        ...more,
        requested_token_type: canary,
        scope: canary,
      }),
      await house.exchange('reports-server', sent, {
        resource: `https://${canary}.example.com/${canary}?t=${canary}`,
      }),
    ];
    const given = String(answers[0]?.body['access_token']);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 400, 400, 400]);
    const log = house.log.join('\n');
    for (const secret of [sent, actor, given]) {
      expect(log).not.toContain(secret);
      expect(log).not.toContain(secret.split('.')[2]);
      for (const { text } of answers.slice(1)) expect(text).not.toContain(secret);
    }
    expect(log).not.toContain(`vat_${canary}`);
    for (const { text } of answers) expect(text).not.toContain(canary);
  });
});
