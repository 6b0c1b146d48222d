import type { TaskEnd } from './errors.ts';

/** A task, as its issuer has it. Times are seconds since 1970. */
export interface TaskStatus {
  readonly id: string;
  readonly running: boolean;
  readonly purpose: string;
  readonly access: readonly { readonly resource: string; readonly scope: string }[];
  /** It ends then, whatever happens. */
  readonly ceilingAt: number;
  /** Seconds; a task that is silent for longer is over. */
  readonly heartbeatSeconds: number | undefined;
  /** Until then tokens are issued on what is known; a refresher moves it. */
  readonly goodUntil: number;
  /** Why the last renewals failed, and since when. */
  readonly failing: { readonly since: number; readonly reason: string } | undefined;
  readonly end: TaskEnd | undefined;
}

/** Undefined for what is none. */
export function readTaskStatus(body: Readonly<Record<string, unknown>>): TaskStatus | undefined {
  const { task_id: id, purpose, access, ceiling_at: ceilingAt, good_until: goodUntil, failing } = body;
  const entries: readonly unknown[] = Array.isArray(access) ? access : [];
  if (typeof id !== 'string' || typeof ceilingAt !== 'number' || typeof goodUntil !== 'number') {
    return undefined;
  }
  const heartbeat = body['heartbeat_interval'];
  return {
    ...{ id, running: body['status'] === 'running', ceilingAt, goodUntil },
    purpose: typeof purpose === 'string' ? purpose : '',
    access: entries.flatMap((entry) => {
      const { resource, scope } = members(entry);
      return typeof resource === 'string' && typeof scope === 'string' ? [{ resource, scope }] : [];
    }),
    heartbeatSeconds: typeof heartbeat === 'number' ? heartbeat : undefined,
    failing: readFailing(failing),
    end: readTaskEnd(body['task_end']),
  };
}

function readFailing(said: unknown): TaskStatus['failing'] {
  const { since, reason } = members(said);
  return typeof since === 'number' && typeof reason === 'string' ? { since, reason } : undefined;
}

export function readTaskEnd(said: unknown): TaskEnd | undefined {
  const { reason, at, detail, of } = members(said);
  if (typeof reason !== 'string' || typeof at !== 'number') return undefined;
  return {
    ...{ reason, at, detail: typeof detail === 'string' ? detail : undefined },
    of: typeof of === 'string' ? of : undefined,
  };
}

function members(said: unknown): Readonly<Record<string, unknown>> {
  return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
}
