import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Limit } from '../limits/bucket.ts';
import { limiter, type LimiterPorts } from '../limits/limiter.ts';
import { addressBlock } from '../limits/source-address.ts';

/** Of one source address, behind which a whole office may be: thirty at once, and then one in two seconds. */
const perAddress: Limit = { perSecond: 0.5, burst: 30 };
/** Of all of them together: in the ten minutes of a code at most 3,300 of 25,600,000,000 codes are tried. */
const overall: Limit = { perSecond: 5, burst: 300 };

export interface GuessRefusal {
  readonly reason: 'too_many_codes';
  readonly retryAfterSeconds: number;
}

/** RFC 8628 §5.1: a code is short, and what keeps it from being guessed is how often somebody may guess. */
export interface GuessLimit {
  /** Counts a user code that is tried. Throws `DependencyUnavailable` where it cannot be counted. */
  readonly count: (sourceAddress: string, now: Instant) => Promise<Result<undefined, GuessRefusal>>;
  /** It was no guess: this instance serves the next one for it. */
  readonly giveBack: (sourceAddress: string) => void;
}

// No address is called so.
const everybody = 'everybody';

export function guessLimit(ports: LimiterPorts): GuessLimit {
  const addresses = limiter('user-code', perAddress, ports, 'exact');
  const together = limiter('user-code', overall, ports, 'exact');
  return {
    count: async (sourceAddress, now) => {
      const own = await addresses.take(addressBlock(sourceAddress), now);
      const taken = own.ok ? await together.take(everybody, now) : own;
      if (taken.ok) return ok(undefined);
      return refuse({
        reason: 'too_many_codes',
        retryAfterSeconds: Math.max(1, taken.refusal.retryAt - now),
      });
    },
    giveBack: (sourceAddress) => {
      addresses.giveBack(addressBlock(sourceAddress));
      together.giveBack(everybody);
    },
  };
}
