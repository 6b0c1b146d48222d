import { callerLimits, type CallerLimits } from '../../../lambdas/oauth/limits/caller-limits.ts';
import type { SharedBuckets } from '../../../lambdas/ports/buckets.ts';

/** Buckets that are full whoever draws. */
export const fullBuckets: SharedBuckets = {
  draw: ({ at, cost }) => Promise.resolve({ drawn: true, fullAt: at + cost }),
};

/** Buckets that others emptied; full again a minute after a draw is tried. */
export const emptyBuckets: SharedBuckets = {
  draw: ({ at }) => Promise.resolve({ drawn: false, fullAt: at + 60_000_000 }),
};

/** One request of every caller is served without asking the buckets. */
export function limitsOver(buckets: SharedBuckets): CallerLimits {
  return callerLimits({ client: '10/10', address: '10/10' }, { buckets, random: () => 'random' });
}
