import type { StoredTask, TaskFailure } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import { targetOf } from '../oauth/tasks/task-plan.ts';
import type { MintedToken } from '../oauth/tasks/mint-token.ts';
import type { AnsweredTask } from '../oauth/tasks/opening-endpoint.ts';
import { taskEndMember } from '../oauth/tasks/refusal.ts';
import type { AskedOfTask } from '../oauth/tasks/task-request.ts';
import { formatScope } from '../oauth/scope/scope.ts';
import type { HttpResponse } from './message.ts';
import { json } from './respond.ts';

type Members = Readonly<Record<string, unknown>>;

/** The answer to a request for a task: the handle stands in it, and nowhere else. */
export function taskOpened(
  issuer: Issuer,
  { task, handle, token, dpopNonce }: AnsweredTask,
  now: Instant,
): HttpResponse {
  const body = {
    ...taskMembers(issuer, task),
    handle: handle.reveal(),
    token: tokenMembers(task, token, now),
  };
  return json(201, body, { location: `/tasks/${task.terms.id}`, ...withNonce(dpopNonce) });
}

/** The answer to whatever was asked of a task. */
export function taskAnswered(
  issuer: Issuer,
  { task, token, dpopNonce }: AskedOfTask,
  now: Instant,
): HttpResponse {
  const body = token === undefined ? taskMembers(issuer, task) : tokenMembers(task, token, now);
  return json(200, body, withNonce(dpopNonce));
}

/** RFC 6749 §5.1, with what of the task a client has to know beside it. */
function tokenMembers(
  task: StoredTask,
  { accessToken, plan, expiresAt, minimumSeconds }: MintedToken,
  now: Instant,
): Members {
  const { terms, ceiling } = task;
  return {
    access_token: accessToken,
    // RFC 9449 §5: so that the client presents it with a proof.
    token_type: plan.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: expiresAt - now,
    // Of any token that is asked for while refreshers are in time; less where the task rides on, or is near its ceiling.
    minimum_expires_in: Math.min(minimumSeconds, expiresAt - now),
    scope: formatScope(plan.scope),
    resource: targetOf(plan),
    // RFC 9396 §7.
    ...(plan.egress && { authorization_details: [plan.egress] }),
    ...{ task_id: terms.id, ceiling_at: ceiling },
  };
}

/** A task as its owner sees it. Times are seconds since 1970. */
function taskMembers(issuer: Issuer, { terms, ...task }: StoredTask): Members {
  const { basis, delivery, ancestors, heartbeatSeconds } = terms;
  const parent = ancestors.at(-1);
  return {
    task_id: terms.id,
    status: task.ended === undefined ? 'running' : 'over',
    purpose: terms.purpose,
    access: terms.access.map(({ resource, scope }) => ({ resource, scope: formatScope(scope) })),
    ...(basis.kind === 'grant' && { sub: basis.person }),
    delivery: delivery.kind,
    ...(delivery.kind === 'secret' && { secret_arn: delivery.secretArn }),
    ...(parent !== undefined && { parent_task_id: parent }),
    ...{ opened_at: terms.openedAt, ceiling_at: task.ceiling },
    ...(heartbeatSeconds !== undefined && {
      ...{ heartbeat_interval: heartbeatSeconds, last_heartbeat_at: task.lastHeartbeatAt },
    }),
    ...{ confirmed_at: task.confirmedAt, good_until: task.goodUntil },
    ...(task.failure && { failing: failing(issuer, task.failure) }),
    ...(task.ended && { task_end: taskEndMember(task.ended) }),
  };
}

/** Where the person has to sign in again, its agent can tell them so. */
function failing(issuer: Issuer, { since, reason, interaction }: TaskFailure): Members {
  const asked = interaction && { interaction, sign_in_uri: `${issuer}/account` };
  return { since, reason, ...asked };
}

function withNonce(nonce: string | undefined): Readonly<Record<string, string>> {
  // RFC 9449 §8.2: told before the last one is too old, it spares the client a refusal.
  return nonce === undefined ? {} : { 'dpop-nonce': nonce };
}
