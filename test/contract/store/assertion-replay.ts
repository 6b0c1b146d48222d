import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { after } from '../../../lambdas/runtime/clock.ts';
import { aUse, contend, type ReplaySubject } from './contention.ts';

/** A thousand callers present one assertion at once, with at least 200 calls under way: exactly one may win. */
export async function expectOneWinner(subject: ReplaySubject): Promise<void> {
  const { winners, mostInFlight } = await contend(subject);
  expect(mostInFlight).toBeGreaterThanOrEqual(200);
  expect(winners).toHaveLength(1);
}

/** What every store of used assertions promises. `make` gives one whose replies come late and out of order. */
export function describeAssertionReplay(make: () => ReplaySubject): void {
  describe('a store of used assertions', () => {
    let subject: ReplaySubject;
    beforeAll(() => {
      subject = make();
    });

    it('marks an assertion for exactly one of a thousand concurrent callers', async () => {
      await expectOneWinner(subject);
    });

    it('takes a write whose reply was lost for the attempt that made it', async () => {
      const use = aUse();
      const before = subject.network.sent('PutItem');
      subject.network.loseNextReply('PutItem');
      expect(await subject.replay.markUsed(use)).toBe(true);
      expect(subject.network.sent('PutItem') - before).toBe(2);
      expect(await subject.replay.markUsed({ ...use, attempt: randomUUID() })).toBe(false);
    });

    it('keeps the mark until its time and not after it', async () => {
      const use = aUse();
      expect(await subject.replay.markUsed(use)).toBe(true);
      expect(await subject.replay.markUsed({ ...aUse(), jti: use.jti, now: use.until })).toBe(false);
      const later = after(use.until, 1);
      expect(await subject.replay.markUsed({ ...aUse(), jti: use.jti, now: later })).toBe(true);
    });

    it('tells issuers apart, whatever their names and assertions are made of', async () => {
      const use = aUse({ issuer: 'a', jti: 'b-c' });
      expect(await subject.replay.markUsed(use)).toBe(true);
      expect(await subject.replay.markUsed(aUse({ issuer: 'a-b', jti: 'c' }))).toBe(true);
      expect(await subject.replay.markUsed(aUse({ issuer: 'other', jti: 'b-c' }))).toBe(true);
    });

    it('takes an assertion id of any length', async () => {
      expect(await subject.replay.markUsed(aUse({ jti: 'x'.repeat(20_000) }))).toBe(true);
    });
  });
}
