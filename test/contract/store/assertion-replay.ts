import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AssertionReplay, AssertionUse } from '../../../lambdas/ports/replay.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface ReplaySubject {
  readonly replay: AssertionReplay;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

export function aUse(overrides: Partial<AssertionUse> = {}): AssertionUse {
  return {
    clientId: 'planner-client' as ClientId,
    jti: randomUUID(),
    until: after(now, 60),
    now,
    attempt: randomUUID(),
    ...overrides,
  };
}

/** A thousand callers present one assertion at once, with at least 200 calls under way: exactly one may win. */
export async function expectOneWinner({ replay, network }: ReplaySubject): Promise<void> {
  const jti = randomUUID();
  const marks = await Promise.all(Array.from({ length: 1_000 }, () => replay.markUsed(aUse({ jti }))));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(marks.filter(Boolean)).toHaveLength(1);
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

    it('tells clients apart, whatever their ids and assertions are made of', async () => {
      const use = aUse({ clientId: 'a' as ClientId, jti: 'b-c' });
      expect(await subject.replay.markUsed(use)).toBe(true);
      expect(await subject.replay.markUsed(aUse({ clientId: 'a-b' as ClientId, jti: 'c' }))).toBe(true);
      expect(await subject.replay.markUsed(aUse({ clientId: 'other' as ClientId, jti: 'b-c' }))).toBe(true);
    });

    it('takes an assertion id of any length', async () => {
      expect(await subject.replay.markUsed(aUse({ jti: 'x'.repeat(20_000) }))).toBe(true);
    });
  });
}
