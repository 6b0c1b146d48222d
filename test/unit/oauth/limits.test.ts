import { describe, expect, it } from 'vitest';
import { callerLimits } from '../../../lambdas/oauth/limits/caller-limits.ts';
import { limiter } from '../../../lambdas/oauth/limits/limiter.ts';
import { planDraw, readLimit } from '../../../lambdas/oauth/limits/bucket.ts';
import { addressBlock } from '../../../lambdas/oauth/limits/source-address.ts';
import type { Draw, SharedBuckets } from '../../../lambdas/ports/buckets.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { capturedLog } from '../http/captured-log.ts';
import { anIssuer } from './an-issuer.ts';
import { emptyBuckets, fullBuckets, limitsOver } from './limits.ts';
import { aKeyClient, anAssertion, anAssertionKey, now } from './mothers.ts';
import { aTokenRequest, withAssertion } from './a-token-request.ts';

const random = () => 'random';
const planner = 'planner-client' as ClientId;

function counted(buckets: SharedBuckets): { readonly buckets: SharedBuckets; readonly draws: Draw[] } {
  const draws: Draw[] = [];
  return {
    draws,
    buckets: {
      draw: (draw) => {
        draws.push(draw);
        return buckets.draw(draw);
      },
    },
  };
}

describe('a bucket', () => {
  const limit = { perSecond: 10, burst: 100 };

  it('lets a burst through at once and then its rate', () => {
    expect(planDraw(limit, undefined, now, 1_000)).toMatchObject({ ok: true, value: { requests: 100 } });
    const emptied = (now + 10) * 1_000_000;
    expect(planDraw(limit, emptied, now, 5)).toEqual({ ok: false, refusal: { retryAt: now + 1 } });
    expect(planDraw(limit, emptied, after(now, 1), 50)).toMatchObject({ value: { requests: 10 } });
    expect(planDraw(limit, emptied, after(now, 60), 500)).toMatchObject({ value: { requests: 100 } });
  });

  it('is read from the environment, and a wrong one stops the function', () => {
    expect(readLimit('100/1000')).toEqual({ perSecond: 100, burst: 1_000 });
    for (const wrong of ['', '100', '0/10', '10/0', '1.5/10', '10/10/10', '-1/5']) {
      expect(() => readLimit(wrong)).toThrow('<requests a second>/<burst>');
    }
  });
});

describe('a source address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});

describe('an instance', () => {
  const limit = { perSecond: 100, burst: 1_000 };

  it('asks the shared bucket nothing for a quiet caller', async () => {
    const { buckets, draws } = counted(fullBuckets);
    const clients = limiter('client', limit, { buckets, random });
    for (let second = 0; second < 600; second += 1) {
      expect(await clients.take(planner, after(now, second))).toEqual({ ok: true, value: undefined });
    }
    expect(draws).toEqual([]);
  });

  it('pays for many requests of a busy caller with one draw', async () => {
    const { buckets, draws } = counted(fullBuckets);
    const clients = limiter('client', limit, { buckets, random });
    await Promise.all(Array.from({ length: 510 }, () => clients.take(planner, now)));
    // Ten were free, the rest came in fifties.
    expect(draws).toHaveLength(10);
  });

  it('refuses without asking until the bucket holds a request again', async () => {
    const { buckets, draws } = counted(emptyBuckets);
    const clients = limiter('client', { perSecond: 10, burst: 10 }, { buckets, random });
    expect((await clients.take(planner, now)).ok).toBe(true);
    const refused = await clients.take(planner, now);
    expect(refused).toEqual({ ok: false, refusal: { retryAt: now + 60 } });
    for (let second = 0; second < 60; second += 1) await clients.take(planner, after(now, second));
    expect(draws).toHaveLength(1);
    expect((await clients.take('other-client', now)).ok).toBe(true);
  });

  it('forgets the callers who were longest away, and no memory grows without bound', async () => {
    const { buckets, draws } = counted(emptyBuckets);
    const addresses = limiter('address', { perSecond: 10, burst: 10 }, { buckets, random });
    await addresses.take('first', now);
    await addresses.take('first', now);
    for (let other = 0; other < 1_000; other += 1) await addresses.take(`other-${other}`, now);
    expect(draws).toHaveLength(1);
    expect(addresses.refusedUntil('first', now)).toBeUndefined();
  });
});

describe('where each request is counted', () => {
  const few = { perSecond: 0.5, burst: 30 };

  it('every one draws on the shared bucket, alone', async () => {
    const { buckets, draws } = counted(fullBuckets);
    const guesses = limiter('user-code', few, { buckets, random }, 'exact');
    await Promise.all(Array.from({ length: 20 }, () => guesses.take('192.0.2.1', now)));
    expect(draws).toHaveLength(20);
    expect(new Set(draws.map(({ cost }) => cost))).toEqual(new Set([2_000_000]));
  });

  it('one that is given back spares the next', async () => {
    const { buckets, draws } = counted(fullBuckets);
    const guesses = limiter('user-code', few, { buckets, random }, 'exact');
    for (let times = 3; times > 0; times -= 1) {
      expect((await guesses.take('192.0.2.1', now)).ok).toBe(true);
      guesses.giveBack('192.0.2.1');
    }
    expect(draws).toHaveLength(1);
  });

  it('none is served while the bucket cannot be reached', async () => {
    const down = new DependencyUnavailable('DynamoDB', { cause: 'down' });
    const buckets = { draw: () => Promise.reject(down) };
    const guesses = limiter('user-code', few, { buckets, random }, 'exact');
    await expect(guesses.take('192.0.2.1', now)).rejects.toBe(down);
    await expect(guesses.take('192.0.2.1', now)).rejects.toBe(down);
  });
});

describe('while the shared buckets cannot be reached', () => {
  it('everybody is served, and the log says so once in a while', async () => {
    const { buckets, draws } = counted({
      draw: () => Promise.reject(new DependencyUnavailable('DynamoDB', { cause: 'down' })),
    });
    const clients = limiter('client', { perSecond: 10, burst: 10 }, { buckets, random });
    const log = await capturedLog(async () => {
      const takes = Array.from({ length: 500 }, (_, nth) => clients.take(`client-${nth % 5}`, now));
      expect((await Promise.all(takes)).every(({ ok }) => ok)).toBe(true);
      for (let second = 0; second < 10; second += 1) {
        expect((await clients.take('client-1', after(now, second))).ok).toBe(true);
      }
    });
    expect(draws.length).toBeLessThanOrEqual(5);
    expect(log).toMatchObject([{ level: 'WARN', message: 'limits suspended', limit: 'client' }]);
  });

  it('a defect stays one', async () => {
    const buckets = { draw: () => Promise.reject(new TypeError('defect')) };
    const clients = limiter('client', { perSecond: 10, burst: 10 }, { buckets, random });
    await clients.take(planner, now);
    await expect(clients.take(planner, now)).rejects.toThrow('defect');
  });
});

describe('a token request', () => {
  it('over the limit of its client burns no assertion and is audited once', async () => {
    const key = await anAssertionKey();
    const { requestToken, audited, marked } = anIssuer({
      clients: [aKeyClient([key])],
      limits: limitsOver(emptyBuckets),
    });
    const request = await withAssertion(anAssertion(key));
    expect((await requestToken(request, now)).ok).toBe(true);
    const refused = await requestToken(await withAssertion(anAssertion(key, { jti: 'b' })), now);
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'too_many_requests', of: 'client' } });
    expect(marked).toHaveLength(1);
    expect(audited).toHaveLength(2);
    expect(audited[1]).toMatchObject({
      event: 'token_refused',
      reason: 'too_many_requests',
      error: 'too_many_requests',
      clientId: planner,
    });
  });

  it('that proves nobody counts against its address, and the client it names loses nothing', async () => {
    const { buckets, draws } = counted(emptyBuckets);
    const { requestToken, asked, audited } = anIssuer({ limits: limitsOver(buckets) });
    const secret = new Secret('wrong');
    const wrong = aTokenRequest({ authorization: { kind: 'basic', clientId: planner, secret } });
    for (let nth = 0; nth < 5; nth += 1) await requestToken(wrong, now);
    expect(draws.map(({ owner }) => owner)).toEqual([{ kind: 'address', name: '192.0.2.1' }]);
    // The first was free, the second found the bucket empty; the rest did not reach the registry.
    expect(asked).toHaveLength(2);
    expect(audited).toHaveLength(5);
    expect(audited[4]).toMatchObject({ reason: 'too_many_requests', claimedClientId: planner });
    const elsewhere = { ...aTokenRequest(), sourceAddress: '192.0.2.2' };
    expect((await requestToken(elsewhere, now)).ok).toBe(true);
  });

  it('with a replayed assertion counts against its address, not against the client that signed it', async () => {
    const key = await anAssertionKey();
    const { buckets, draws } = counted(emptyBuckets);
    const { requestToken } = anIssuer({
      clients: [aKeyClient([key])],
      isFirstUse: false,
      limits: limitsOver(buckets),
    });
    const request = await withAssertion(anAssertion(key));
    for (let nth = 0; nth < 2; nth += 1) {
      expect(await requestToken(request, now)).toMatchObject({ refusal: { reason: 'assertion_replayed' } });
    }
    expect(draws.map(({ owner }) => owner.kind)).toEqual(['address']);
  });

  it('that is refused before its assertion is marked counts so too: nobody knows whether it was used before', async () => {
    const key = await anAssertionKey();
    const { buckets, draws } = counted(emptyBuckets);
    const { requestToken, marked } = anIssuer({
      clients: [aKeyClient([key])],
      limits: limitsOver(buckets),
    });
    const caught = await withAssertion(anAssertion(key), { grant_type: 'none' });
    for (let nth = 0; nth < 2; nth += 1) {
      expect(await requestToken(caught, now)).toMatchObject({
        refusal: { reason: 'grant_type_unsupported' },
      });
    }
    expect(marked).toEqual([]);
    expect(draws.map(({ owner }) => owner.kind)).toEqual(['address']);
    const elsewhere = await withAssertion(anAssertion(key, { jti: 'b' }));
    expect((await requestToken({ ...elsewhere, sourceAddress: '192.0.2.2' }, now)).ok).toBe(true);
  });
});

describe('limits', () => {
  it('of a returned request are as before', async () => {
    const { buckets, draws } = counted(emptyBuckets);
    const { client } = callerLimits({ client: '10/10', address: '10/10' }, { buckets, random });
    for (let nth = 0; nth < 20; nth += 1) {
      expect((await client.count(planner, now)).ok).toBe(true);
      client.giveBack(planner);
    }
    expect(draws).toEqual([]);
  });
});
