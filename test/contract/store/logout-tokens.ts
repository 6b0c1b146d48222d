import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LogoutTokens } from '../../../lambdas/ports/logout-tokens.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface LogoutTokenSubject {
  readonly tokens: LogoutTokens;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);
const until = after(now, 120);
const demo = 'demo' as IdpId;

/** What every store of used logout tokens promises. */
export function describeLogoutTokens(make: () => LogoutTokenSubject): void {
  describe('a store of used logout tokens', () => {
    let subject: LogoutTokenSubject;
    beforeAll(() => {
      subject = make();
    });
    const mark = (jti: string, digest: string, { at = now, idp = demo } = {}): Promise<boolean> =>
      subject.tokens.markUsed({ idp, jti, until: after(at, 120), digest }, at);

    it('marks each once, for its provider, until it has expired', async () => {
      const jti = randomUUID();
      expect(await subject.tokens.usedBy({ idp: demo, jti }, now)).toBeUndefined();
      expect([await mark(jti, 'one'), await mark(jti, 'other')]).toEqual([true, false]);
      expect(await mark(jti, 'other', { idp: 'other' as IdpId })).toBe(true);
      expect(await subject.tokens.usedBy({ idp: demo, jti }, until)).toBe('one');
      expect(await subject.tokens.usedBy({ idp: demo, jti }, after(until, 1))).toBeUndefined();
      expect(await mark(jti, 'other', { at: after(until, 1) })).toBe(true);
    });

    it('lets one token of hundreds with one name win', async () => {
      const jti = randomUUID();
      const marks = await Promise.all(Array.from({ length: 300 }, () => mark(jti, randomUUID())));
      expect(subject.network.mostInFlight()).toBeGreaterThanOrEqual(200);
      expect(marks.filter(Boolean)).toHaveLength(1);
    });

    it('takes the same token for itself, however often and whatever reply was lost', async () => {
      const jti = randomUUID();
      subject.network.loseNextReply('PutItem');
      expect([await mark(jti, 'same'), await mark(jti, 'same')]).toEqual([true, true]);
    });
  });
}
