import type { StoredTask, TaskEnd, TaskFailure } from '../../ports/tasks.ts';
import { time } from '../../registry/wire.ts';
import { heartbeatDeadline } from '../../tasks/ends.ts';
import type { TaskHealth } from '../../tasks/health.ts';
import type { SeenTask } from '../../tasks/sight.ts';

type Json = Readonly<Record<string, unknown>>;

/** A task as operators see it: whose it is, what it may do, and how it is. Nothing of its handle. */
export function taskForm(seen: SeenTask): Json {
  const { task, health } = seen;
  const { terms, children } = task;
  return {
    ...{ id: terms.id, agent_id: terms.agentId, client_id: terms.clientId, purpose: terms.purpose },
    ...personForm(seen),
    access: terms.access.map(({ resource, scope }) => ({ resource, scope: scope.join(' ') })),
    ...deliveryForm(task),
    ...(terms.ancestors.length > 0 && { ancestors: terms.ancestors }),
    ...(children.length > 0 && { children }),
    jkt: terms.jkt,
    'x5t#S256': terms.x5t,
    ...timesForm(task),
    ...healthForm(health),
    failure: task.failure && failureForm(task.failure),
  };
}

export function endForm({ at, reason, detail, of }: TaskEnd): Json {
  return { reason, at: time(at), detail, of };
}

function personForm({ task: { terms }, person }: SeenTask) {
  const { basis } = terms;
  if (basis.kind !== 'grant') return {};
  return {
    person: {
      ...{ id: basis.person, idp: basis.idp, grant_id: basis.grant },
      ...{ name: person?.name, email: person?.email, preferred_username: person?.preferredUsername },
    },
  };
}

function deliveryForm({ terms: { delivery }, delivered }: StoredTask) {
  return {
    delivery: delivery.kind,
    ...(delivery.kind === 'secret' && { secret_arn: delivery.secretArn }),
    ...(delivered && {
      delivered: {
        ...{ at: time(delivered.at), version: delivered.version, expires_at: time(delivered.expiresAt) },
      },
    }),
  };
}

function timesForm(task: StoredTask) {
  const silentFrom = heartbeatDeadline(task);
  return {
    opened_at: time(task.terms.openedAt),
    ceiling: time(task.ceiling),
    confirmed_at: time(task.confirmedAt),
    good_until: time(task.goodUntil),
    ...(task.dueAt !== undefined && { next_refresh_at: time(task.dueAt) }),
    ...(silentFrom !== undefined && {
      ...{ last_heartbeat_at: time(task.lastHeartbeatAt), heartbeat_due_at: time(silentFrom) },
    }),
    ...(task.warnedAt !== undefined && { warned_at: time(task.warnedAt) }),
  };
}

/** `ends_at`: before its ceiling, unless it is renewed by then. */
function healthForm(health: TaskHealth) {
  switch (health.kind) {
    case 'over':
      return { health: health.kind, ended: endForm(health.end) };
    case 'failing':
      return { health: health.kind, ...(health.endsAt !== undefined && { ends_at: time(health.endsAt) }) };
    case 'late':
      return { health: health.kind, late_seconds: health.seconds };
    case 'ending':
    case 'well':
      return { health: health.kind };
  }
}

function failureForm({ count, since, reason, interaction }: TaskFailure) {
  return { count, since: time(since), reason, interaction };
}
