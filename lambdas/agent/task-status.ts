import type { TaskEnd } from './errors.ts';

export interface FailingTask {
  readonly since: number;
  readonly reason: string;
  /** Where the person has to sign in again for it to go on: tell them. Absent: nobody has to do anything. */
  readonly signInUri: string | undefined;
}

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
  readonly failing: FailingTask | undefined;
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
  const { since, reason, sign_in_uri: uri } = members(said);
  if (typeof since !== 'number' || typeof reason !== 'string') return undefined;
  return { since, reason, signInUri: typeof uri === 'string' ? uri : undefined };
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
