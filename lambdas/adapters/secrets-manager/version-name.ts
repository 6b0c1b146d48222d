import type { DeliveredToken } from '../../ports/delivered-tokens.ts';
import { instant } from '../../runtime/clock.ts';
import type { TaskId } from '../../runtime/identifiers.ts';

/** Those that Secrets Manager makes are UUIDs. A name has 64 characters at most: the second is written in base 36. */
const form = /^vestibule-([\da-z]{6,7})-([\w-]{22})-([\w-]{22})$/;

/** Another token is another version. */
export function versionName({ taskId, jti, expiresAt }: DeliveredToken): string {
  return `vestibule-${expiresAt.toString(36)}-${taskId}-${jti}`;
}

/** Undefined of a version that holds no token of a task. */
export function readVersionName(name: string): DeliveredToken | undefined {
  const [, end, taskId, jti] = form.exec(name) ?? [];
  if (end === undefined || taskId === undefined || jti === undefined) return undefined;
  return { taskId: taskId as TaskId, jti, expiresAt: instant(Number.parseInt(end, 36)) };
}
