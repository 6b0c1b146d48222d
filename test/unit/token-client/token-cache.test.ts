import { beforeEach, describe, expect, it } from 'vitest';
import { type TokenCache, tokenCache } from '../../../lambdas/token-client/token-cache.ts';

interface Token {
  readonly id: number;
  readonly expiresAt: number | undefined;
}

let now: number;
let asked: number;
let cache: TokenCache<Token>;

beforeEach(() => {
  [now, asked] = [1_000, 0];
  cache = tokenCache(() => now);
});

function get(name: readonly string[], life = 900): Promise<Token> {
  return cache.get(name, () => {
    asked += 1;
    return Promise.resolve({ id: asked, expiresAt: now + life });
  });
}

describe('a token that is kept', () => {
  it.each([
    [900, 870],
    [100, 90],
    [5, 4.5],
    [undefined, 54],
  ])('is handed out until just before its end: one of %s s for %s s', async (life, usable) => {
    const start = now;
    const first = await cache.get(['a'], () => {
      asked += 1;
      return Promise.resolve({ id: asked, expiresAt: life === undefined ? undefined : start + life });
    });
    now = start + usable - 0.01;
    expect(await get(['a'])).toBe(first);
    now = start + usable;
    expect(await get(['a'])).not.toBe(first);
    expect(asked).toBe(2);
  });

  it('is told apart by every part of its name', async () => {
    for (const name of [['a', 'b'], ['ab'], ['a', 'b', ''], ['', 'a', 'b'], ['a,b']]) await get(name);
    expect(asked).toBe(5);
  });

  it('is asked for once by many at once, and its failure is kept by nobody', async () => {
    let fail = true;
    const ask = async (): Promise<Token> => {
      asked += 1;
      // Later than the last of them has come: names are digested aside, in no order.
      await new Promise((settle) => setTimeout(settle, 250));
      if (fail) throw new Error('down');
      return { id: asked, expiresAt: now + 900 };
    };
    const failed = await Promise.allSettled(Array.from({ length: 50 }, () => cache.get(['a'], ask)));
    expect([asked, failed.every(({ status }) => status === 'rejected')]).toEqual([1, true]);
    fail = false;
    const tokens = await Promise.all(Array.from({ length: 50 }, () => cache.get(['a'], ask)));
    expect([asked, new Set(tokens).size]).toEqual([2, 1]);
  });

  it('is dropped by who was refused it, and not by who comes too late', async () => {
    const refused = await get(['a']);
    await cache.drop(['a'], refused);
    const next = await get(['a']);
    expect(next).not.toBe(refused);
    await cache.drop(['a'], refused);
    expect(await get(['a'])).toBe(next);
  });

  it('is forgotten first where nobody has come for it for longest', async () => {
    const used = await get(['0']);
    await get(['1']);
    await Promise.all(Array.from({ length: 1_998 }, (_, index) => get([String(index + 2)])));
    await get(['0']);
    await get(['one more']);
    expect(asked).toBe(2_001);
    expect(await get(['0'])).toBe(used);
    await get(['1']);
    expect(asked).toBe(2_002);
  });
});
