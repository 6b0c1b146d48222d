import { after, type Instant, instant } from '../../runtime/clock.ts';

/** Seconds without a lease after which a caller is a quiet one again. */
export const quietSeconds = 10;

/** What one instance remembers of one caller. */
export interface Allowance {
  /** Requests served in this window without asking the shared bucket. */
  readonly used: number;
  readonly windowEnds: Instant;
  /** Requests paid for out of the shared bucket and not yet served. */
  readonly leased: number;
  readonly leaseEnds: Instant;
  readonly refusedUntil: Instant;
}

const never = instant(0);

export const untouched: Allowance = {
  used: 0,
  windowEnds: never,
  leased: 0,
  leaseEnds: never,
  refusedUntil: never,
};

export type Step = 'serve' | 'lease' | 'refuse';

/** What becomes of one more request of the caller: served from what is at hand, refused, or a lease is needed first. */
export function spend(
  allowance: Allowance,
  free: number,
  now: Instant,
): { readonly step: Step; readonly allowance: Allowance } {
  if (now < allowance.refusedUntil) return { step: 'refuse', allowance };
  if (allowance.leased > 0 && now < allowance.leaseEnds) {
    return { step: 'serve', allowance: { ...allowance, leased: allowance.leased - 1 } };
  }
  const window =
    now < allowance.windowEnds ? allowance : { ...allowance, used: 0, windowEnds: after(now, quietSeconds) };
  if (window.used >= free) return { step: 'lease', allowance: window };
  return { step: 'serve', allowance: { ...window, used: window.used + 1 } };
}

/** After a lease: a caller that needed one gets nothing free until it has been quiet. */
export function withLease(allowance: Allowance, requests: number, now: Instant): Allowance {
  const until = after(now, quietSeconds);
  return { ...allowance, used: Infinity, windowEnds: until, leased: requests, leaseEnds: until };
}

export function withRefusal(allowance: Allowance, retryAt: Instant, now: Instant): Allowance {
  const windowEnds = after(now, quietSeconds);
  return { ...allowance, used: Infinity, windowEnds, leased: 0, refusedUntil: retryAt };
}

/** Returns one request that turned out not to be the caller's. */
export function withReturn(allowance: Allowance): Allowance {
  if (allowance.used > 0 && Number.isFinite(allowance.used)) {
    return { ...allowance, used: allowance.used - 1 };
  }
  return { ...allowance, leased: allowance.leased + 1 };
}
