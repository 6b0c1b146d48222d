import type { DeliveredTokens, DeliveredVersion } from '../ports/delivered-tokens.ts';
import type { StoredTask, TaskFailure } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { freeFrom, isToDeliver } from './delivery-due.ts';
import { logged } from './failure.ts';
import type { Leased } from './ports.ts';

type Delivering = Pick<Leased, 'task' | 'now' | 'requestId'>;
type IntoSecret = Extract<StoredTask['terms']['delivery'], { readonly kind: 'secret' }>;

/** A token that is to be used by whoever reads it. */
export interface DeliverableToken {
  readonly text: string;
  readonly jti: string;
  readonly scope: string;
  readonly expiresAt: Instant;
}

/** Why a task gives no token now. Nothing of it is secret. */
interface Unplanned {
  readonly reason: string;
}

export type MakeToken = () => Promise<Result<DeliverableToken, Unplanned>>;

export interface DeliveryPorts {
  readonly secrets: DeliveredTokens;
  /** How to make the current token of a task for one of its resources; refused where there is none now. */
  readonly plan: (
    task: StoredTask,
    resource: ResourceUri,
    context: { readonly now: Instant; readonly requestId: string },
  ) => Promise<Result<MakeToken, Unplanned>>;
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

/** How the reasons begin for which a token was not delivered. */
const ofDelivery = 'delivery: ';

/** Whether a task stands, and its token alone could not be delivered. */
export function isOfDelivery(failure: TaskFailure | undefined): boolean {
  return failure?.reason.startsWith(ofDelivery) === true;
}

/**
 * Puts a token of a leased task into its secret, where it is time to. It is tried, written where nobody reads it, and then made current:
 * whatever fails in between, what is current stays good, and the next run goes on from what is written.
 */
export async function deliver(ports: DeliveryPorts | undefined, leased: Delivering): Promise<Delivery> {
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
  ports: DeliveryPorts,
  { task, now, requestId }: Delivering,
  delivery: IntoSecret,
): Promise<Delivery> {
  const { secretArn, resource } = delivery;
  const { secrets } = ports;
  const failed = ({ reason }: Unplanned): Delivery => ({
    ...{ kind: 'failed', secretArn },
    reason: `${ofDelivery}${reason}`,
  });
  const make = await ports.plan(task, resource, { now, requestId });
  if (!make.ok) return failed(make.refusal);
  const found = await secrets.find(secretArn);
  if (!found.ok) return failed(found.refusal);
  const { current, last } = found.value;
  // By another task, or by a run of this one that could not settle it any more.
  const recent = last !== undefined && now < freeFrom(last) ? last : undefined;
  if (recent !== undefined && !isToGoOnWith(recent, task, now))
    return { kind: 'later', at: freeFrom(recent) };
  const put =
    recent === undefined
      ? await putNew(ports, { task, now }, make.value, delivery)
      : ok({ ...recent, isCurrent: recent.version === current });
  if (!put.ok) return failed(put.refusal);
  const { version, at, expiresAt, jti, isCurrent } = put.value;
  const moved = isCurrent ? ok(true) : await secrets.promote(secretArn, { from: current, to: version });
  if (!moved.ok) return failed(moved.refusal);
  return { kind: 'delivered', delivered: { at, version, expiresAt }, secretArn, jti };
}

/** What was put for this task, and is not written down as delivered: whoever put it was interrupted. It had been tried before. */
function isToGoOnWith(
  { taskId, version, expiresAt }: DeliveredVersion,
  task: StoredTask,
  now: Instant,
): boolean {
  return taskId === task.terms.id && version !== task.delivered?.version && now < expiresAt;
}

async function putNew(
  { secrets, works }: DeliveryPorts,
  { task, now }: Pick<Delivering, 'task' | 'now'>,
  make: MakeToken,
  { secretArn, resource }: IntoSecret,
): Promise<Result<DeliveredVersion & { readonly isCurrent: boolean }, Unplanned>> {
  const token = await make();
  if (!token.ok) return token;
  if (!(await works(token.value.text, task, now))) return refuse({ reason: 'token_not_good' });
  const { jti, expiresAt } = token.value;
  const delivered = { taskId: task.terms.id, jti, expiresAt };
  const text = new Secret(JSON.stringify(secretOf(task, resource, token.value)));
  const put = await secrets.put(secretArn, delivered, text);
  return put.ok ? ok({ ...delivered, ...put.value, at: now }) : put;
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
