import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { startGoingOn } from '../support/going-on.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startGoingOn());

afterEach(() => {
  house.run.cloud.faults.clear();
});

const targets = (calls: readonly { readonly target: string }[]) =>
  calls.map(({ target }) => target).filter((target) => !target.includes('registry'));

describe('an AWS that fails', () => {
  verifies(
    'vestibule:exchange-refresh-faults',
    'while a refresh token is exchanged for costs a request at most, at whichever call it fails',
    async () => {
      const { token } = await house.sent();
      await house.opened(token);
      const calls = await callsDuring(house, ['Token'], () => house.opened(token));
      // What it rests on is read in one call, and the grant is kept in one: nothing is signed.
      expect(targets(calls).toSorted()).toEqual(['dynamodb:BatchGetItem~Token', 'dynamodb:UpdateItem~Token']);
      expect(calls.map(({ times }) => times)).toEqual([1, 1]);
      for (const fault of calls.flatMap(faultsAt)) {
        house.run.cloud.faults.add(fault);
        const answer = await house.opened(token);
        house.run.cloud.faults.clear();
        expect([fault, [200, 503].includes(answer.status), answer.text]).toEqual([fault, true, answer.text]);
        if (answer.status === 200) {
          expect([fault, (await house.refresh(answer.body['access_token'])).status]).toEqual([fault, 200]);
        }
      }
    },
    240_000,
  );

  verifies(
    'vestibule:exchange-refresh-faults',
    'while it is used neither loses it nor brings back what has ended',
    async () => {
      const [{ token }, other] = [await house.sent(), await house.sent()];
      let current = await house.familyOf(token);
      const ended = await house.familyOf(other.token);
      await house.revoke('desk', other.token);
      await house.refresh(ended);
      const next = async (): Promise<number> => {
        const { status, body } = await house.refresh(current);
        if (status === 200) current = String(body['refresh_token']);
        return status;
      };
      await next();
      const calls = await callsDuring(house, ['Token'], next);
      expect(targets(calls).toSorted()).toEqual([
        ...['dynamodb:BatchGetItem~Token', 'dynamodb:GetItem~Token'],
        ...['dynamodb:UpdateItem~Token', 'kms:Sign~Token'],
      ]);
      expect(calls.map(({ times }) => times)).toEqual([1, 1, 1, 1]);
      for (const fault of calls.flatMap(faultsAt)) {
        // The ring of superseded tokens has room again.
        house.run.clock.advance(61);
        house.run.cloud.faults.add(fault);
        const [good, bad] = [await next(), await house.refresh(ended)];
        house.run.cloud.faults.clear();
        expect([fault, [200, 503].includes(good)]).toEqual([fault, true]);
        expect([fault, [400, 503].includes(bad.status), bad.text]).toEqual([fault, true, bad.text]);
      }
      expect(await next()).toBe(200);
    },
    240_000,
  );
});

describe('hundreds who refresh one family that came of an exchange at once', () => {
  verifies(
    'vestibule:exchange-refresh-many',
    'are all led to one successor, and to none once the grant of the person ends in the middle of it',
    async () => {
      const { token, granted } = await house.sent();
      const first = await house.familyOf(token);
      const answers = await Promise.all(Array.from({ length: 200 }, () => house.refresh(first)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body['refresh_token'])).size).toBe(1);
      const tokens = answers.map(({ body }) => decodeJwt(String(body['access_token'])));
      expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(200);
      expect(new Set(tokens.map((claims) => claims['family_id'])).size).toBe(1);
      const current = String(answers[0]?.body['refresh_token']);
      const at = instant(Math.floor(house.run.clock.now() / 1000));
      const end = house.granting.grants.end(granted.grantId, { at, reason: 'withdrawn' }, 'request-1');
      const racing = await Promise.all(Array.from({ length: 100 }, () => house.refresh(current)));
      await end;
      const late = await Promise.all(Array.from({ length: 100 }, () => house.refresh(current)));
      expect(new Set(late.map(({ status, body }) => `${status} ${String(body['error'])}`))).toEqual(
        new Set(['400 invalid_grant']),
      );
      for (const { body } of racing.filter(({ status }) => status === 200).slice(0, 10)) {
        expect(await house.isActive(body['access_token'])).toBe(false);
      }
    },
    240_000,
  );
});
