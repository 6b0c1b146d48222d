import type { StoredTask } from '../../ports/tasks.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { Secret } from '../../runtime/secret.ts';

/** `<task id>.<secret>`, the secret of 256 random bits. Only its digest is kept. */
export interface TaskHandle {
  readonly taskId: TaskId;
  readonly secret: string;
}

const form = /^([\w-]{22})\.([\w-]{43})$/;

export function readHandle(text: string): TaskHandle | undefined {
  const [, taskId, secret] = form.exec(text) ?? [];
  return taskId === undefined || secret === undefined ? undefined : { taskId: taskId as TaskId, secret };
}

/** The id of a task that is to be opened, and the one handle that it will ever have. */
export function newHandle(random: Random): {
  readonly taskId: TaskId;
  readonly digest: string;
  readonly handle: Secret;
} {
  const [taskId, secret] = [random(16) as TaskId, random(32)];
  return { taskId, digest: sha256(secret), handle: new Secret(`${taskId}.${secret}`) };
}

export function isHandleOf({ handleDigest }: StoredTask, { secret }: TaskHandle): boolean {
  return sameDigest(sha256(secret), handleDigest);
}
