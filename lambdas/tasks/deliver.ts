import type { DeliveredTokens } from '../ports/delivered-tokens.ts';
import type { StoredTask, TaskFailure } from '../ports/tasks.ts';
import { after, type Instant, instant } from '../runtime/clock.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { sweepAheadSeconds } from './due.ts';
import { logged } from './failure.ts';
import type { Leased } from './ports.ts';

/** A token that is to be used by whoever reads it. */
export interface DeliverableToken {
  readonly text: string;
  readonly jti: string;
  readonly scope: string;
  readonly expiresAt: Instant;
}

export interface DeliveryPorts {
  readonly secrets: DeliveredTokens;
  /** The current token of a task for one of its resources; refused where there is none now. */
  readonly mint: (
    task: StoredTask,
    resource: ResourceUri,
    context: { readonly now: Instant; readonly requestId: string },
  ) => Promise<Result<DeliverableToken, { readonly reason: string }>>;
  /** Whether a token is what any verifier of ours takes for one of that task. */
  readonly works: (token: string, task: StoredTask, now: Instant) => Promise<boolean>;
}

export type Delivery =
  /** Nothing is to be delivered now. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'delivered';
      readonly delivered: NonNullable<StoredTask['delivered']>;
      readonly secretArn: string;
      readonly jti: string;
    }
  /** The secret changed a moment ago. */
  | { readonly kind: 'later'; readonly at: Instant }
  /** What was delivered before stays as it is. Nothing of the reason is secret. */
  | { readonly kind: 'failed'; readonly reason: string; readonly secretArn: string };

/**
 * A secret changes no more often than this, in seconds: Secrets Manager keeps each version for a day at least, and 100 of them at most.
 * Tokens that are delivered live half as long again.
 */
export const deliveryPauseSeconds = 600;
export const shortestDeliveredSeconds = 900;

/** How the reasons begin for which a token was not delivered. */
const ofDelivery = 'delivery: ';

/** Whether a task stands, and its token alone could not be delivered. */
export function isOfDelivery(failure: TaskFailure | undefined): boolean {
  return failure?.reason.startsWith(ofDelivery) === true;
}

/** When the next token is to be delivered, where that is part of the task; `share` as in `dueAt`. */
export function deliveryDueAt({ terms, delivered }: StoredTask, share: number): Instant | undefined {
  if (terms.delivery.kind !== 'secret') return undefined;
  if (delivered === undefined) return terms.openedAt;
  const part = Math.floor((delivered.expiresAt - delivered.at) * (0.6 + 0.2 * share));
  return after(delivered.at, Math.max(deliveryPauseSeconds + sweepAheadSeconds, part));
}

/** What is due a little later is delivered now, for a sweep sends ahead. */
function isToDeliver(task: StoredTask, now: Instant): boolean {
  const due = deliveryDueAt(task, 0);
  if (due === undefined || task.delivered?.expiresAt === task.ceiling) return false;
  return now >= after(due, task.delivered === undefined ? 0 : -sweepAheadSeconds);
}

/**
 * Puts a token of a leased task into its secret, where it is time to. It is written where nobody reads it, tried, and then made
 * current: whatever fails in between, what is current stays good, and the next run starts anew.
 */
export async function deliver(
  ports: DeliveryPorts | undefined,
  leased: Pick<Leased, 'task' | 'attempt' | 'now' | 'requestId'>,
): Promise<Delivery> {
  const { task, now } = leased;
  const { delivery } = task.terms;
  if (delivery.kind !== 'secret' || !isToDeliver(task, now)) return { kind: 'none' };
  const { secretArn } = delivery;
  if (ports === undefined) return { kind: 'failed', reason: `${ofDelivery}not_deployed`, secretArn };
  try {
    return await delivering(ports, leased, delivery);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    const reason = `${ofDelivery}${logged(error, leased.requestId, task.terms.id)}`;
    return { kind: 'failed', reason, secretArn };
  }
}

async function delivering(
  { secrets, mint, works }: DeliveryPorts,
  { task, attempt, now, requestId }: Pick<Leased, 'task' | 'attempt' | 'now' | 'requestId'>,
  { secretArn, resource }: Extract<StoredTask['terms']['delivery'], { readonly kind: 'secret' }>,
): Promise<Delivery> {
  const failed = ({ reason }: { readonly reason: string }): Delivery => ({
    ...{ kind: 'failed', secretArn },
    reason: `${ofDelivery}${reason}`,
  });
  const current = await secrets.current(secretArn);
  if (!current.ok) return failed(current.refusal);
  // By a run that could not say so any more, or by another task.
  const free = current.value?.delivered === true ? after(current.value.at, deliveryPauseSeconds) : now;
  if (now < free) return { kind: 'later', at: free };
  const token = await mint(task, resource, { now, requestId });
  if (!token.ok) return failed(token.refusal);
  const { expiresAt, jti } = token.value;
  const text = new Secret(JSON.stringify(secretOf(task, resource, token.value)));
  const put = await secrets.put(secretArn, attempt, text);
  if (!put.ok) return failed(put.refusal);
  if (!(await works(token.value.text, task, now))) return failed({ reason: 'token_not_good' });
  const promoted = await secrets.promote(secretArn, { from: current.value?.version, to: put.value });
  if (!promoted.ok) return failed(promoted.refusal);
  return { kind: 'delivered', delivered: { at: now, version: put.value, expiresAt }, secretArn, jti };
}

/** What who reads the secret finds in it: the members of RFC 6749 §5.1, but for when it was asked for. */
function secretOf(
  { terms }: StoredTask,
  resource: ResourceUri,
  { text, scope, expiresAt }: DeliverableToken,
): Readonly<Record<string, unknown>> {
  return {
    ...{ access_token: text, token_type: 'Bearer', expires_at: expiresAt, scope },
    ...{ task_id: terms.id, resource },
  };
}

/** The sooner of what is due, and what delivering the next token wants. */
export function dueWithDelivery(due: Instant, task: StoredTask, delivery: Delivery, share: number): Instant {
  if (delivery.kind === 'later') return instant(Math.min(due, after(delivery.at, sweepAheadSeconds)));
  const next = deliveryDueAt(task, share);
  const isLast = task.delivered?.expiresAt === task.ceiling;
  return next === undefined || isLast ? due : instant(Math.min(due, next));
}
