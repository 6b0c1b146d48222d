import { describe, expect, it } from 'vitest';
import { cachedItems } from '../../../lambdas/adapters/dynamodb/cached-items.ts';
import { type Instant, instant } from '../../../lambdas/runtime/clock.ts';

/** A cache over loads that this test counts and can fail. */
function aCache() {
  const state = { now: instant(100), along: [] as string[], fail: false };
  const loads: (readonly string[])[] = [];
  const cache = cachedItems<string>({
    load: (keys) => {
      loads.push(keys);
      return state.fail
        ? Promise.reject(new Error('down'))
        : Promise.resolve(new Map(keys.map((key) => [key, `${key}!`])));
    },
    along: () => state.along,
    clock: () => state.now,
  });
  const at = (seconds: number): Instant => (state.now = instant(100 + seconds));
  return { cache, loads, state, at };
}

describe('the cache of registry items', () => {
  it('loads in one go what is not at hand, and only that', async () => {
    const { cache, loads } = aCache();
    await cache.read(['a', 'b', 'a']);
    expect(await cache.read(['b', 'c'])).toEqual(
      new Map([
        ['b', 'b!'],
        ['c', 'c!'],
      ]),
    );
    expect(loads).toEqual([['a', 'b'], ['c']]);
  });

  it('takes along what is stale when it loads anyway, and never otherwise', async () => {
    const { cache, loads, state, at } = aCache();
    state.along = ['ring'];
    await cache.read(['a']);
    await cache.read(['b']);
    at(5);
    await cache.read(['a']);
    await cache.read(['a']);
    expect(loads).toEqual([['a', 'ring'], ['b'], ['a', 'ring']]);
  });

  it('remembers no failure, and shares it with those who waited', async () => {
    const { cache, state } = aCache();
    state.fail = true;
    const waiting = await Promise.allSettled([cache.read(['a']), cache.read(['a', 'b'])]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    state.fail = false;
    expect((await cache.read(['a'])).get('a')).toBe('a!');
  });

  it('forgets the oldest beyond a thousand items', async () => {
    const { cache, loads } = aCache();
    for (let count = 0; count <= 1_000; count += 1) await cache.read([`key-${count}`]);
    await cache.read(['key-1000']);
    expect(loads).toHaveLength(1_001);
    await cache.read(['key-0']);
    expect(loads).toHaveLength(1_002);
  });

  it('trusts nothing from a clock that ran ahead', async () => {
    const { cache, loads, at } = aCache();
    await cache.read(['a']);
    at(-1);
    await cache.read(['a']);
    expect(loads).toHaveLength(2);
  });
});
