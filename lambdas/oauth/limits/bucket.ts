import type { Draw, FullAt } from '../../ports/buckets.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

/** How often a caller may ask: a second over time, and at once after a rest. Whole numbers, 1 or more. */
export interface Limit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Refused {
  /** When the bucket holds a request again. */
  readonly retryAt: Instant;
}

type Planned = Pick<Draw, 'from' | 'at' | 'latest' | 'cost' | 'until'> & { readonly requests: number };

const second = 1_000_000;

/**
 * Plans to draw up to `wanted` requests from a bucket as it was last seen. A bucket is one number, the time at which
 * it is full again, so that drawing is an addition and filling is the clock: nothing is written for it.
 */
export function planDraw(
  { perSecond, burst }: Limit,
  fullAt: FullAt | undefined,
  now: Instant,
  wanted: number,
): Result<Planned, Refused> {
  // Whole microseconds, rounded up: no caller gains by rounding, and every sum is exact.
  const interval = Math.ceil(second / perSecond);
  const at = now * second;
  const level = Math.max(fullAt ?? at, at);
  const requests = Math.min(wanted, Math.floor((at - level) / interval) + burst);
  if (requests < 1) {
    const retryAt = Math.ceil((level - (burst - 1) * interval) / second);
    return refuse({ retryAt: instant(retryAt) });
  }
  return ok({
    requests,
    from: level > at ? 'filling' : 'full',
    at,
    latest: at + (burst - requests) * interval,
    cost: requests * interval,
    until: instant(Math.ceil((at + burst * interval) / second)),
  });
}

/** Reads `<perSecond>/<burst>` from the environment. Throws at init where synth and run time disagree. */
export function readLimit(text: string): Limit {
  const [, perSecond, burst] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? [];
  if (perSecond === undefined || burst === undefined) {
    throw new Error(`a limit is written <requests a second>/<burst>, not ${text}`);
  }
  return { perSecond: Number(perSecond), burst: Number(burst) };
}
