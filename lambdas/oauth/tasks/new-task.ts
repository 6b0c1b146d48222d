import type { StoredTask, TaskDelivery, TaskTerms } from '../../ports/tasks.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { fraction, type Random } from '../../runtime/random.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import { shortestDeliveredSeconds } from '../../tasks/delivery-due.ts';
import { dueAt, goodUntil, type TaskTiming } from '../../tasks/due.ts';
import { boundKey, type ProvenKey } from '../dpop/possession.ts';
import type { GrantContext } from '../grants/grant.ts';
import { boundCertificate } from '../mutual-tls/bound-certificate.ts';
import type { GrantRefusal } from '../refusal.ts';
import { coversSecret } from '../workload/secret-pattern.ts';
import type { AskedTask } from './asked-task.ts';
import { latestCeiling } from './change-task.ts';
import type { Foundation } from './foundation.ts';
import { newHandle } from './handle.ts';
import type { ToldUpstream } from './held-upstream.ts';
import type { TaskAgent } from './owner.ts';
import { taskRefused } from './refusal.ts';

/** What a handle is bound to besides its client. */
export interface Bound {
  readonly key?: ProvenKey;
  readonly x5t?: string;
}

/** Whoever can keep no secret proves a key each time: a handle alone proves nothing. */
export function boundTo({ client }: TaskAgent, context: GrantContext): Result<Bound, GrantRefusal> {
  const certificate = boundCertificate(client, context);
  if (!certificate.ok) return certificate;
  const isPublic = client.authentication.method === 'none' && certificate.value === undefined;
  const key = boundKey({ dpopBound: client.dpopBound === true || isPublic }, context.possession);
  if (!key.ok) return key;
  return ok({
    ...(key.value && { key: key.value }),
    ...(certificate.value !== undefined && { x5t: certificate.value }),
  });
}

/** A task as it begins, confirmed just now, and its handle. */
export function newTask(
  { timing, random }: { readonly timing: TaskTiming; readonly random: Random },
  asked: AskedTask,
  { basis, access, grant, parent, told }: Foundation & { readonly told?: ToldUpstream },
  { agent, bound, now }: { readonly agent: TaskAgent; readonly bound: Bound; readonly now: Instant },
): Result<{ readonly task: StoredTask; readonly handle: Secret }, GrantRefusal> {
  const { client } = agent;
  const above = parent === undefined ? [] : [...parent.ancestors, parent.task];
  const { maximumHours } = agent.agent.tasks;
  const until = grant?.family?.idleUntil;
  const latest = latestCeiling({ openedAt: now, maximumHours, above, until });
  const ceiling = asked.ceiling === undefined ? latest : after(now, asked.ceiling);
  if (ceiling > latest) return taskRefused('ceiling_above_policy', latest - now);
  const delivery = deliveryOf(asked, access, { ...agent, bound, timing });
  if (!delivery.ok) return delivery;
  const { taskId: id, digest: handleDigest, handle } = newHandle(random);
  const { key, x5t } = bound;
  const terms: TaskTerms = {
    ...{ id, clientId: client.id, agentId: agent.agent.id, purpose: asked.purpose, access, basis },
    ...{
      delivery: delivery.value,
      ancestors: parent === undefined ? [] : [...parent.task.terms.ancestors, parent.task.terms.id],
      openedAt: now,
    },
    ...(asked.heartbeat !== undefined && { heartbeatSeconds: asked.heartbeat }),
    ...(key && { jkt: key.jkt }),
    ...(x5t !== undefined && { x5t }),
  };
  const fresh = {
    ...{ terms, handleDigest, ceiling, lastHeartbeatAt: now, confirmedAt: now, children: [], version: 0 },
    goodUntil: goodUntil(now, ceiling, timing),
    ...told,
  };
  // Whoever reads a secret has no first token: it is delivered as soon as somebody looks.
  const due = delivery.value.kind === 'secret' ? now : dueAt(fresh, timing, fraction(random));
  return ok({ task: { ...fresh, dueAt: due }, handle });
}

function deliveryOf(
  { delivery }: AskedTask,
  access: TaskTerms['access'],
  { client, agent, bound, timing }: TaskAgent & { readonly bound: Bound; readonly timing: TaskTiming },
): Result<TaskDelivery, GrantRefusal> {
  if (delivery.kind !== 'secret') return ok({ kind: delivery.kind });
  const { secretArn } = delivery;
  const { secrets = [] } = agent.tasks;
  if (!secrets.some((pattern) => coversSecret(pattern, secretArn))) return taskRefused('secret_not_allowed');
  const [only, ...others] = access;
  if (only === undefined || others.length > 0) return taskRefused('secret_of_several');
  const isBound = client.dpopBound === true || client.certificateBound === true;
  if (isBound || bound.key !== undefined || bound.x5t !== undefined) return taskRefused('secret_of_key');
  if (timing.tokenSeconds < shortestDeliveredSeconds) {
    return taskRefused('secret_of_short_tokens', shortestDeliveredSeconds / 60);
  }
  return ok({ kind: 'secret', secretArn, resource: only.resource });
}
