import type { ThirdPartyAnswer } from '../ports/third-parties.ts';
import { after, type Instant, instant } from '../runtime/clock.ts';

/** Statuses by which a third party says that too much was asked. */
const busy: ReadonlySet<number> = new Set([403, 429, 503]);

/** A third party that says more is asked again all the same: it can not lock an account out. Seconds. */
const longestPause = 900;

/** RFC 9110 §10.2.3: until when the third party wants to be left alone; undefined where it does not say. */
export function pauseUntil(
  { status, retryAfter }: Pick<ThirdPartyAnswer, 'status' | 'retryAfter'>,
  now: Instant,
): Instant | undefined {
  if (!busy.has(status)) return undefined;
  const text = retryAfter?.trim() ?? '';
  const until = /^\d{1,9}$/.test(text)
    ? after(now, Number(text))
    : instant(Math.ceil(Date.parse(text) / 1_000));
  if (Number.isNaN(until) || until <= now) return undefined;
  return instant(Math.min(until, after(now, longestPause)));
}

/** A refusal, with until when whoever gave it wants to be left alone: where it was too much, and not where it was wrong. */
export function withPause<Refusal extends { readonly kind: string }>(
  refusal: Refusal,
  answer: ThirdPartyAnswer,
  now: Instant,
): Refusal & { readonly notBefore?: Instant } {
  const notBefore = refusal.kind === 'failed' ? pauseUntil(answer, now) : undefined;
  return notBefore === undefined ? refusal : { ...refusal, notBefore };
}

export function latest(moment: Instant, notBefore: Instant | undefined): Instant {
  return notBefore === undefined ? moment : instant(Math.max(moment, notBefore));
}
