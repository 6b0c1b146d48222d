import type { AuditEvent } from '../../runtime/events.ts';
import type { Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { type ClientRequest, originOf } from '../client-request.ts';
import { toWire, type Refusal } from '../refusal.ts';
import { formatScope, union } from '../scope/scope.ts';
import { issuedEvent } from '../token-audit.ts';
import { readHandle } from './handle.ts';
import type { OpenedTask } from './open-task.ts';
import type { Owner } from './owner.ts';
import type { AskedOfTask, TaskRequest } from './task-request.ts';

type Origin = ReturnType<typeof originOf>;

/** What the audit trail says of a request for a task. */
export function openingAudit(
  request: ClientRequest,
  client: AuthenticatedClient | undefined,
  outcome: Result<OpenedTask, Refusal>,
): AuditEvent {
  const origin = originOf(request, client);
  return outcome.ok ? opened(origin, outcome.value) : refused(origin, 'open', undefined, outcome.refusal);
}

/** The same of what is asked of a task; undefined where nothing is decided by it, or where whoever ended the task has told so. */
export function taskAudit(
  request: TaskRequest,
  owner: Owner | undefined,
  outcome: Result<AskedOfTask, Refusal>,
): AuditEvent | undefined {
  const origin = ownOrigin(request, owner);
  if (!outcome.ok) return refused(origin, request.ask, namedTask(request), outcome.refusal);
  const { task, token } = outcome.value;
  if (token !== undefined) return issuedEvent(origin, token);
  if (request.ask !== 'extend') return undefined;
  return { event: 'task_extended', ...origin, taskId: task.terms.id, ceiling: task.ceiling };
}

function ownOrigin(request: TaskRequest, owner: Owner | undefined): Origin {
  const { requestId, sourceAddress, presented } = request;
  if (presented === undefined && owner === undefined) return originOf(request, undefined);
  return { requestId, sourceAddress, ...(owner?.client && { clientId: owner.client.id }) };
}

/** An id that the URL names; what else stands there is the caller's own text. */
function namedTask({ taskId }: TaskRequest): string | undefined {
  return readHandle(`${taskId}.${'x'.repeat(43)}`)?.taskId;
}

function opened(origin: Origin, { task, token }: OpenedTask): AuditEvent {
  const {
    id: taskId,
    agentId,
    basis,
    purpose,
    access,
    delivery,
    heartbeatSeconds,
    ancestors,
    jkt,
    x5t,
  } = task.terms;
  const parentTaskId = ancestors.at(-1);
  const { jti, kid, expiresAt } = token;
  return {
    ...{ event: 'task_opened', ...origin, taskId, agentId, purpose, ceiling: task.ceiling },
    resource: access.map(({ resource }) => resource).join(' '),
    scope: formatScope(
      access.reduce<(typeof access)[number]['scope']>((all, { scope }) => union(all, scope), []),
    ),
    delivery: delivery.kind,
    ...(parentTaskId !== undefined && { parentTaskId }),
    ...(basis.kind === 'grant' && { personId: basis.person, grantId: basis.grant }),
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
    ...(jkt !== undefined && { jkt }),
    ...(x5t !== undefined && { x5t }),
    ...(jti !== undefined && { jti }),
    expiresAt,
    ...(kid !== undefined && { kid }),
  };
}

function refused(origin: Origin, asked: string, taskId: string | undefined, refusal: Refusal): AuditEvent {
  const named = { ...(taskId !== undefined && { taskId }), asked };
  if (refusal.reason === 'task_handle_refused') {
    return { event: 'task_handle_refused', ...origin, ...named, ...ofTask(refusal), reason: refusal.why };
  }
  const detail = detailOf(refusal);
  return {
    ...{ event: 'task_refused', ...origin, ...named, ...ofTask(refusal), reason: refusal.reason },
    ...(detail !== undefined && { detail }),
    error: toWire(refusal).error,
  };
}

/** That of the handle. */
function ofTask(refusal: Refusal): { readonly taskId?: string } {
  const { taskId } = 'taskId' in refusal ? refusal : {};
  return taskId === undefined ? {} : { taskId };
}

function detailOf(refusal: Refusal): string | undefined {
  if (refusal.reason === 'task_over') return refusal.end.reason;
  return 'why' in refusal ? refusal.why : undefined;
}
