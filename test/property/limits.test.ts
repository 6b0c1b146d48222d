import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quietSeconds } from '../../lambdas/oauth/limits/allowance.ts';
import { planDraw } from '../../lambdas/oauth/limits/bucket.ts';
import { limiter } from '../../lambdas/oauth/limits/limiter.ts';
import { addressBlock } from '../../lambdas/oauth/limits/source-address.ts';
import type { Draw, Drawn, FullAt, SharedBuckets } from '../../lambdas/ports/buckets.ts';
import { after, instant, type Instant } from '../../lambdas/runtime/clock.ts';

const start = instant(1_800_000_000);

const aLimit = fc
  .record({ perSecond: fc.integer({ min: 1, max: 5_000 }), surplus: fc.integer({ min: 0, max: 20_000 }) })
  .map(({ perSecond, surplus }) => ({ perSecond, burst: perSecond + surplus }));

/** One bucket as the port promises it. */
function aBucket(): SharedBuckets {
  let fullAt: FullAt | undefined;
  const stands = ({ from, at, latest }: Draw): boolean =>
    from === 'full'
      ? fullAt === undefined || fullAt <= at
      : fullAt !== undefined && fullAt > at && fullAt <= latest;
  return {
    draw: (draw): Promise<Drawn> => {
      const drawn = stands(draw);
      if (drawn) fullAt = draw.from === 'full' ? draw.at + draw.cost : (fullAt ?? 0) + draw.cost;
      return Promise.resolve({ drawn, ...(fullAt !== undefined && { fullAt }) });
    },
  };
}

it('a bucket never gives more than burst and rate allow, whoever draws how much and when', () => {
  const draws = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 30 }), wanted: fc.integer({ min: 1, max: 3_000 }) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(aLimit, draws, (limit, list) => {
      let [fullAt, now, given]: [FullAt | undefined, Instant, number] = [undefined, start, 0];
      for (const { wait, wanted } of list) {
        now = after(now, wait);
        const plan = planDraw(limit, fullAt, now, wanted);
        if (plan.ok) {
          const { from, at, latest, cost, requests } = plan.value;
          expect(requests).toBeLessThanOrEqual(wanted);
          // What the conditional write would check.
          if (from === 'filling') expect(fullAt).toBeLessThanOrEqual(latest);
          fullAt = from === 'full' ? at + cost : (fullAt ?? 0) + cost;
          given += requests;
        } else {
          expect(planDraw(limit, fullAt, plan.refusal.retryAt, 1).ok).toBe(true);
          expect(planDraw(limit, fullAt, after(plan.refusal.retryAt, -1), 1).ok).toBe(false);
        }
        expect(given).toBeLessThanOrEqual(limit.burst + limit.perSecond * (now - start));
        expect(Number.isSafeInteger(fullAt ?? 0)).toBe(true);
      }
    }),
  );
});

it('instances together serve no more than rate, burst and one allowance each in every quiet time', async () => {
  const requests = fc.array(
    fc.record({
      wait: fc.constantFrom(0, 0, 0, 1, 3, 12),
      instance: fc.nat(3),
      many: fc.integer({ max: 80, min: 1 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(aLimit, requests, async (limit, list) => {
      const buckets = aBucket();
      const fleet = Array.from({ length: 4 }, () => limiter('client', limit, { buckets, random: () => '' }));
      let [now, served] = [start, 0];
      for (const { wait, instance, many } of list) {
        now = after(now, wait);
        for (let nth = 0; nth < many; nth += 1) {
          if ((await fleet[instance]!.take('caller', now)).ok) served += 1;
        }
      }
      const seconds = now - start;
      const free = Math.min(10, Math.max(1, Math.floor(limit.burst / 10)));
      const quietTimes = 1 + Math.floor(seconds / quietSeconds);
      expect(served).toBeLessThanOrEqual(
        limit.burst + limit.perSecond * seconds + fleet.length * free * quietTimes,
      );
    }),
  );
});

it('addresses of one /64 are one caller, and of another are another', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const network = fc.tuple(fc.constantFrom('2001', '2a02', 'fd00'), group, group, group);
  const host = fc.tuple(group, group, group, group);
  fc.assert(
    fc.property(network, network, host, host, (one, other, here, there) => {
      const address = (net: readonly string[], machine: readonly string[]) => [...net, ...machine].join(':');
      expect(addressBlock(address(one, here))).toBe(addressBlock(address(one, there)));
      const same = one.join(':') === other.join(':');
      expect(addressBlock(address(one, here)) === addressBlock(address(other, here))).toBe(same);
    }),
  );
});

it('reads whatever stands in the place of an address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      expect(addressBlock(text)).not.toContain('NaN');
    }),
  );
});
