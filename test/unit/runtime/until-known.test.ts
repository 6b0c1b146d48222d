import { describe, expect, it } from 'vitest';
import { untilKnown } from '../../../lambdas/runtime/until-known.ts';

/** What is known at the look of that number, and how long whoever looks has waited by then. */
async function lookedFor(at: number) {
  let [looks, waited] = [0, 0];
  const known = await untilKnown(
    (milliseconds) => {
      waited += milliseconds;
      return Promise.resolve();
    },
    () => {
      looks += 1;
      return Promise.resolve(looks === at ? 'known' : undefined);
    },
  );
  return { known, looks, waited };
}

describe('what another finds out', () => {
  it('is known at once where it is, and is waited for between looks where it is not', async () => {
    expect(await lookedFor(1)).toEqual({ known: 'known', looks: 1, waited: 0 });
    expect(await lookedFor(3)).toEqual({ known: 'known', looks: 3, waited: 300 });
  });

  it('is waited for less than seven seconds', async () => {
    const { known, waited } = await lookedFor(Infinity);
    expect(known).toBeUndefined();
    expect(waited).toBeGreaterThan(5_000);
    expect(waited).toBeLessThan(7_000);
  });
});
