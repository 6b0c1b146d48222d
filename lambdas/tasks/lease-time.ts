import { skewSeconds } from './skew.ts';

/** For how long a function leases a task that lives so long itself: by anybody's clock it has ended before its lease is over. */
export function leaseSecondsOf(timeLimitSeconds: number): number {
  return timeLimitSeconds + skewSeconds;
}
