/** Clocks of instances differ by so much at most. */
const skewSeconds = 240;

/** For how long a function leases a task that lives so long itself: by anybody's clock it has ended before its lease is over. */
export function leaseSecondsOf(timeLimitSeconds: number): number {
  return timeLimitSeconds + skewSeconds;
}
