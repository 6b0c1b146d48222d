import { after, type Instant, instant } from '../../runtime/clock.ts';

/** A third party that says more is asked again all the same: it can not lock an account out. Seconds. */
const longestPause = 900;

/** RFC 9110 §10.2.3: until when the third party wants no calls; undefined where it does not say. */
export function pauseUntil(retryAfter: string | undefined, now: Instant): Instant | undefined {
  const text = retryAfter?.trim() ?? '';
  const until = /^\d{1,9}$/.test(text)
    ? after(now, Number(text))
    : instant(Math.ceil(Date.parse(text) / 1_000));
  if (Number.isNaN(until) || until <= now) return undefined;
  return instant(Math.min(until, after(now, longestPause)));
}
