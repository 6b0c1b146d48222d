import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { planDraw } from '../../../lambdas/oauth/limits/bucket.ts';
import { limiter } from '../../../lambdas/oauth/limits/limiter.ts';
import type { Draw, SharedBuckets } from '../../../lambdas/ports/buckets.ts';
import { after, instant, type Instant } from '../../../lambdas/runtime/clock.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface BucketSubject {
  readonly buckets: SharedBuckets;
  readonly network: UnrulyNetwork;
}

const start = instant(1_800_000_000);
const limit = { perSecond: 10, burst: 200 };

function aDraw(wanted: number, now: Instant = start, fullAt?: number, name: string = randomUUID()): Draw {
  const plan = planDraw(limit, fullAt, now, wanted);
  if (!plan.ok) throw new Error('nothing to draw');
  const { from, at, latest, cost, until } = plan.value;
  return { owner: { kind: 'client', name }, attempt: randomUUID(), from, at, latest, cost, until };
}

/** Four thousand requests at two hundred instances, at least 200 calls under way at once; and once more, later. */
export async function expectNoMoreThanTheBucketHolds({ buckets, network }: BucketSubject): Promise<void> {
  const name = randomUUID();
  const instances = Array.from({ length: 200 }, () =>
    limiter('client', limit, { buckets, random: systemRandom }),
  );
  const serve = async (now: Instant): Promise<number> => {
    const taken = await Promise.all(
      Array.from({ length: 4_000 }, (_, nth) => instances[nth % instances.length]!.take(name, now)),
    );
    return taken.filter(({ ok }) => ok).length;
  };
  // Each instance serves ten on its own.
  const free = instances.length * 10;
  for (const instance of instances) for (let nth = 0; nth < 10; nth += 1) await instance.take(name, start);
  const first = await serve(start);
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(first).toBeLessThanOrEqual(limit.burst);
  const later = after(start, 5);
  const second = await serve(later);
  expect(free + first + second).toBeLessThanOrEqual(limit.burst + 5 * limit.perSecond + free);
  // And what it holds is not withheld: a draw that lost its race finds the rest.
  expect(first).toBeGreaterThan(limit.burst / 2);
}

/** What every store of shared buckets promises. `make` gives one whose replies come late and out of order. */
export function describeSharedBuckets(make: () => BucketSubject): void {
  describe('a store of shared buckets', () => {
    let subject: BucketSubject;
    beforeAll(() => {
      subject = make();
    });

    it('gives four thousand requests at two hundred instances no more than the bucket holds', async () => {
      await expectNoMoreThanTheBucketHolds(subject);
    });

    it('draws from a full bucket for one of many who took it to be full, and tells the others', async () => {
      const name = randomUUID();
      const drawn = await Promise.all(
        Array.from({ length: 100 }, () => subject.buckets.draw(aDraw(5, start, undefined, name))),
      );
      expect(drawn.filter((draw) => draw.drawn)).toHaveLength(1);
      expect(new Set(drawn.map(({ fullAt }) => fullAt))).toEqual(new Set([(start + 0.5) * 1_000_000]));
    });

    it('draws from a filling bucket for all who find enough in it', async () => {
      const name = randomUUID();
      const { fullAt } = await subject.buckets.draw(aDraw(20, start, undefined, name));
      const drawn = await Promise.all(
        Array.from({ length: 100 }, () => subject.buckets.draw(aDraw(5, start, fullAt, name))),
      );
      // 180 were left, in fives.
      expect(drawn.filter((draw) => draw.drawn)).toHaveLength(36);
    });

    it.each(['full', 'filling'])(
      'counts a draw from a %s bucket once when its reply is lost',
      async (state) => {
        const name = randomUUID();
        const filling = state === 'filling';
        const first = filling && (await subject.buckets.draw(aDraw(20, start, undefined, name)));
        const draw = aDraw(10, start, first ? first.fullAt : undefined, name);
        expect(draw.from).toBe(state);
        const before = subject.network.sent('UpdateItem');
        subject.network.loseNextReply('UpdateItem');
        const drawn = await subject.buckets.draw(draw);
        expect(subject.network.sent('UpdateItem') - before).toBe(2);
        expect(drawn).toEqual({
          drawn: true,
          fullAt: (filling ? start + 3 : start + 1) * 1_000_000,
        });
      },
    );

    it('keeps owners apart, whatever they are called', async () => {
      const name = 'x'.repeat(20_000);
      const draws = [aDraw(200, start, undefined, name), aDraw(200, start, undefined, `${name}x`)];
      draws.push({ ...draws[0]!, owner: { kind: 'address', name } });
      for (const draw of draws) expect((await subject.buckets.draw(draw)).drawn).toBe(true);
    });

    it('is full again when its time has passed', async () => {
      const name = randomUUID();
      const { fullAt } = await subject.buckets.draw(aDraw(200, start, undefined, name));
      expect(planDraw(limit, fullAt, start, 1).ok).toBe(false);
      const later = aDraw(200, after(start, 20), fullAt, name);
      expect(later.from).toBe('full');
      expect((await subject.buckets.draw(later)).drawn).toBe(true);
    });
  });
}
