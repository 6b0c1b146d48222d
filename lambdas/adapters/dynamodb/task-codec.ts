import * as v from 'valibot';
import { longestTokenSeconds } from '../../ports/ends.ts';
import type {
  StoredTask,
  TaskBasis,
  TaskDelivery,
  TaskEnd,
  TaskEndReason,
  TaskFailure,
  TaskTerms,
} from '../../ports/tasks.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  TaskId,
} from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { dueShardOf } from './due-shard.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** So long after its end whoever asks for a token is told why there is none. Seconds. */
const rememberedSeconds = 30 * 86_400;

const reasons: readonly TaskEndReason[] = [
  ...(['completed', 'ceiling_reached', 'heartbeat_lost', 'revoked'] as const),
  ...(['grant_ended_upstream', 'agent_disabled', 'idp_unreachable', 'policy'] as const),
];

const basis = v.variant('kind', [
  v.object({ kind: v.literal('agent') }),
  v.object({ kind: v.literal('grant'), grant: text, person: text, idp: text, owned: v.boolean() }),
]);

const delivery = v.variant('kind', [
  v.object({ kind: v.literal('pull') }),
  v.object({ kind: v.literal('events') }),
  v.object({ kind: v.literal('secret'), secret_arn: text, resource: text }),
]);

const terms = v.object({
  id: text,
  client_id: text,
  agent_id: text,
  purpose: v.string(),
  access: v.array(v.object({ resource: text, scope: v.array(text) })),
  basis,
  delivery,
  ancestors: v.array(text),
  opened_at: whole,
  heartbeat_seconds: v.exactOptional(whole),
  jkt: v.exactOptional(text),
  x5t: v.exactOptional(text),
});

const ended = v.object({
  at: whole,
  reason: v.picklist(reasons),
  detail: v.exactOptional(v.string()),
  of: v.exactOptional(text),
});

const storedFailure = v.object({
  ...{ count: whole, since: whole, reason: v.string() },
  interaction: v.exactOptional(v.literal(true)),
});

const storedTask = v.object({
  pk: text,
  terms,
  handle_digest: text,
  ceiling: whole,
  last_heartbeat_at: whole,
  confirmed_at: whole,
  roles: v.exactOptional(v.array(text)),
  ask_by: v.exactOptional(whole),
  good_until: whole,
  due_at: v.exactOptional(whole),
  version: whole,
  lease: v.exactOptional(v.object({ attempt: text, until: whole })),
  failure: v.exactOptional(storedFailure),
  delivered: v.exactOptional(v.object({ at: whole, version: text, expires_at: whole })),
  warned_at: v.exactOptional(whole),
  children: v.array(text),
  ended: v.exactOptional(ended),
});

type Stored = v.InferOutput<typeof storedTask>;

export function decodeTask(item: Item): StoredTask {
  const stored = decode(storedTask, item);
  return {
    terms: termsOf(stored.terms),
    handleDigest: stored.handle_digest,
    ceiling: instant(stored.ceiling),
    lastHeartbeatAt: instant(stored.last_heartbeat_at),
    confirmedAt: instant(stored.confirmed_at),
    ...(stored.roles && { roles: stored.roles }),
    ...(stored.ask_by !== undefined && { askBy: instant(stored.ask_by) }),
    goodUntil: instant(stored.good_until),
    ...(stored.due_at !== undefined && { dueAt: instant(stored.due_at) }),
    version: stored.version,
    ...workOf(stored),
    children: stored.children.map((id) => id as TaskId),
    ...(stored.ended && { ended: endOf(stored.ended) }),
  };
}

export function encodeTask(task: StoredTask): PlainRecord {
  const { terms: fixed, lease, failure, delivered, ended: end } = task;
  return {
    pk: keyOf.task(fixed.id),
    terms: termsAttribute(fixed),
    handle_digest: task.handleDigest,
    ...{ ceiling: task.ceiling, last_heartbeat_at: task.lastHeartbeatAt },
    ...{ confirmed_at: task.confirmedAt, roles: task.roles, ask_by: task.askBy, good_until: task.goodUntil },
    ...(task.dueAt !== undefined && dueAttributes(fixed.id, task.dueAt)),
    version: task.version,
    ...{ lease: lease && { ...lease }, failure: failure && failureAttribute(failure) },
    delivered: delivered && deliveredAttribute(delivered),
    warned_at: task.warnedAt,
    children: task.children,
    ended: end && endAttribute(end),
    ttl: sweepAt(end?.at ?? task.ceiling),
  };
}

/** What the index `due` has of it. */
export function dueAttributes(id: TaskId, dueAt: Instant): PlainRecord {
  return { due_shard: keyOf.dueTasks(dueShardOf(id)), due_at: dueAt };
}

export function deliveredAttribute({
  at,
  version,
  expiresAt,
}: NonNullable<StoredTask['delivered']>): PlainRecord {
  return { at, version, expires_at: expiresAt };
}

export function failureAttribute({ count, since, reason, interaction }: TaskFailure): PlainRecord {
  return { count, since, reason, interaction };
}

export function endAttribute({ at, reason, detail, of }: TaskEnd): PlainRecord {
  return { at, reason, detail, of };
}

/** When nobody asks any more for a task whose end that is: its last token is long expired by anybody's clock. */
export function sweepAt(end: Instant): Instant {
  return after(end, longestTokenSeconds + rememberedSeconds);
}

function termsAttribute({ clientId, agentId, openedAt, heartbeatSeconds, ...same }: TaskTerms): PlainRecord {
  const { id, purpose, access, ancestors, jkt, x5t } = same;
  return {
    ...{ id, client_id: clientId, agent_id: agentId, purpose, ancestors, jkt, x5t },
    access: access.map(({ resource, scope }) => ({ resource, scope })),
    ...{ basis: { ...same.basis }, delivery: deliveryAttribute(same.delivery) },
    ...{ opened_at: openedAt, heartbeat_seconds: heartbeatSeconds },
  };
}

function deliveryAttribute(to: TaskDelivery): PlainRecord {
  return to.kind === 'secret'
    ? { kind: to.kind, secret_arn: to.secretArn, resource: to.resource }
    : { kind: to.kind };
}

function termsOf(found: v.InferOutput<typeof terms>): TaskTerms {
  return {
    ...{ id: found.id as TaskId, clientId: found.client_id as ClientId, agentId: found.agent_id as AgentId },
    purpose: found.purpose,
    access: found.access.map(({ resource, scope }) => ({
      resource: resource as ResourceUri,
      scope: scope.map((name) => name as ScopeName),
    })),
    ...{ basis: basisOf(found.basis), delivery: deliveryOf(found.delivery) },
    ancestors: found.ancestors.map((id) => id as TaskId),
    openedAt: instant(found.opened_at),
    ...(found.heartbeat_seconds !== undefined && { heartbeatSeconds: found.heartbeat_seconds }),
    ...(found.jkt !== undefined && { jkt: found.jkt }),
    ...(found.x5t !== undefined && { x5t: found.x5t }),
  };
}

function basisOf(found: v.InferOutput<typeof basis>): TaskBasis {
  if (found.kind === 'agent') return { kind: 'agent' };
  const { grant, person, idp, owned } = found;
  return {
    kind: 'grant',
    ...{ grant: grant as GrantId, person: person as PersonId, idp: idp as IdpId, owned },
  };
}

function deliveryOf(found: v.InferOutput<typeof delivery>): TaskDelivery {
  if (found.kind !== 'secret') return { kind: found.kind };
  return { kind: 'secret', secretArn: found.secret_arn, resource: found.resource as ResourceUri };
}

/** What refreshers have written. */
function workOf({
  lease,
  failure,
  delivered,
  warned_at: warnedAt,
}: Stored): Pick<StoredTask, 'lease' | 'failure' | 'delivered' | 'warnedAt'> {
  return {
    ...(lease && { lease: { attempt: lease.attempt, until: instant(lease.until) } }),
    ...(failure && {
      failure: { ...failure, since: instant(failure.since) },
    }),
    ...(delivered && {
      delivered: {
        ...{ at: instant(delivered.at), version: delivered.version },
        expiresAt: instant(delivered.expires_at),
      },
    }),
    ...(warnedAt !== undefined && { warnedAt: instant(warnedAt) }),
  };
}

function endOf({ at, reason, detail, of }: v.InferOutput<typeof ended>): TaskEnd {
  return {
    ...{ at: instant(at), reason },
    ...(detail !== undefined && { detail }),
    ...(of !== undefined && { of: of as TaskId }),
  };
}
