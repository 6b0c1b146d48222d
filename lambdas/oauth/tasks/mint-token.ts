import type { StoredTask } from '../../ports/tasks.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { TaskTiming } from '../../tasks/due.ts';
import { boundKey } from '../dpop/possession.ts';
import type { TokenPlan } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { IssuedToken, IssueToken } from '../tokens/issue.ts';
import type { HeldTask } from './held-task.ts';

/** A token of a task. */
export interface MintedToken extends IssuedToken {
  readonly plan: TokenPlan;
  /** What any token of the task has left at least when it is asked for. */
  readonly minimumSeconds: number;
}

/** A fifth of its life, after which a refresher in time has come round. */
export function promisedSeconds({ tokenSeconds }: TaskTiming): number {
  return Math.floor(tokenSeconds / 5);
}

/** Makes a token that ends with its task, and with the right of the task to have it. */
export async function mintToken(
  { issue, timing }: { readonly issue: IssueToken; readonly timing: TaskTiming },
  { task, owner, key, x5t }: Pick<HeldTask, 'task' | 'owner' | 'key' | 'x5t'>,
  plan: TokenPlan,
  now: Instant,
): Promise<Result<MintedToken, GrantRefusal>> {
  const { client } = owner;
  // RFC 9449 §5.2 of the client, RFC 9728 §2 of the resource: where either takes bound tokens alone, no other is issued.
  const dpopBound = client?.dpopBound === true || plan.resource?.dpop === 'required';
  const bound = boundKey({ dpopBound }, ok(key));
  if (!bound.ok) return bound;
  const ofTask = {
    ...plan,
    ...{ tasks: chainOf(task), until: untilOf(task, plan) },
    ...(x5t !== undefined ? { x5t } : key && { jkt: key.jkt }),
  };
  const clientUntil = client?.expiresAt;
  const token = await issue({ plan: ofTask, ...(clientUntil !== undefined && { clientUntil }) }, now);
  return ok({ ...token, plan: ofTask, minimumSeconds: promisedSeconds(timing) });
}

/** The root first, and the task itself last. */
function chainOf({ terms }: StoredTask) {
  return [...terms.ancestors, terms.id];
}

function untilOf({ goodUntil, ceiling }: StoredTask, { until = ceiling }: TokenPlan): Instant {
  return instant(Math.min(goodUntil, ceiling, until));
}
