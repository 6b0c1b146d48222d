import type { BucketOwner, FullAt, SharedBuckets } from '../../ports/buckets.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import {
  type Allowance,
  quietSeconds,
  spend,
  untouched,
  withLease,
  withRefusal,
  withReturn,
} from './allowance.ts';
import { type Limit, planDraw, type Refused } from './bucket.ts';

/** One kind of caller under one limit. */
export interface Limiter {
  readonly limit: Limit;
  /** Counts one more request of the caller, unless the caller has none left. */
  readonly take: (name: string, now: Instant) => Promise<Result<undefined, Refused>>;
  /** When a caller that is being refused may ask again; counts nothing and calls nobody. */
  readonly refusedUntil: (name: string, now: Instant) => Instant | undefined;
  /** Counts one request less: it was not the caller's after all. */
  readonly giveBack: (name: string) => void;
}

export interface LimiterPorts {
  readonly buckets: SharedBuckets;
  readonly random: Random;
}

/** What an instance remembers at most; the caller who was longest away is forgotten first. */
const capacity = 1_000;

/** Each lost race tells where the bucket stands; who loses this many is one of a crowd at an empty bucket. */
const tries = 4;

interface Caller {
  allowance: Allowance;
  fullAt?: FullAt;
  /** The lease under way, that requests at the same time wait for. */
  lease?: Promise<void>;
}

/**
 * `lenient`: quiet callers are served from a small allowance of each instance, at no cost. Whoever asks more draws on the
 * bucket that all instances share, many requests in one write. While the bucket cannot be reached everybody is served.
 * `exact`: each request draws on the bucket, and none is served that cannot be counted.
 */
export function limiter(
  kind: BucketOwner['kind'],
  limit: Limit,
  ports: LimiterPorts,
  counting: 'lenient' | 'exact' = 'lenient',
): Limiter {
  const callers = new Map<string, Caller>();
  const isExact = counting === 'exact';
  const free = isExact ? 0 : Math.min(10, Math.max(1, Math.floor(limit.burst / 10)));
  const chunk = isExact ? 1 : Math.ceil(limit.burst / 20);
  let openUntil = instant(0);

  async function leaseOrOpen(name: string, caller: Caller, now: Instant): Promise<void> {
    try {
      await lease({ kind, name }, caller, { ...limit, chunk }, now, ports);
    } catch (error) {
      if (!(error instanceof DependencyUnavailable) || isExact) throw error;
      if (now < openUntil) return;
      openUntil = after(now, quietSeconds);
      logger.warn('limits suspended', { limit: kind, seconds: quietSeconds, error });
    }
  }

  return {
    limit,
    take: async (name, now) => {
      const caller = callerIn(callers, name);
      while (true) {
        const { step, allowance } = spend(caller.allowance, free, now);
        caller.allowance = allowance;
        if (step === 'serve') return ok(undefined);
        if (step === 'refuse') return refuse({ retryAt: allowance.refusedUntil });
        if (now < openUntil) return ok(undefined);
        caller.lease ??= leaseOrOpen(name, caller, now).finally(() => {
          delete caller.lease;
        });
        await caller.lease;
      }
    },
    refusedUntil: (name, now) => {
      const { refusedUntil } = callers.get(name)?.allowance ?? untouched;
      return now < refusedUntil ? refusedUntil : undefined;
    },
    giveBack: (name) => {
      const caller = callers.get(name);
      if (caller) caller.allowance = withReturn(caller.allowance);
    },
  };
}

function callerIn(callers: Map<string, Caller>, name: string): Caller {
  const caller = callers.get(name) ?? { allowance: untouched };
  callers.delete(name);
  callers.set(name, caller);
  const [oldest] = callers.keys();
  if (callers.size > capacity && oldest !== undefined) callers.delete(oldest);
  return caller;
}

/** Draws a chunk from the caller's bucket, or learns until when it is empty. */
async function lease(
  owner: BucketOwner,
  caller: Caller,
  { chunk, ...limit }: Limit & { readonly chunk: number },
  now: Instant,
  { buckets, random }: LimiterPorts,
): Promise<void> {
  for (let left = tries; left > 0; left -= 1) {
    const plan = planDraw(limit, caller.fullAt, now, chunk);
    if (!plan.ok) {
      caller.allowance = withRefusal(caller.allowance, plan.refusal.retryAt, now);
      return;
    }
    const { requests, ...draw } = plan.value;
    const { drawn, fullAt } = await buckets.draw({ owner, attempt: random(16), ...draw });
    if (fullAt === undefined) delete caller.fullAt;
    else caller.fullAt = fullAt;
    if (drawn) {
      caller.allowance = withLease(caller.allowance, requests, now);
      return;
    }
  }
  caller.allowance = withRefusal(caller.allowance, after(now, 1), now);
}
