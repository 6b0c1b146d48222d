import * as v from 'valibot';
import type { TaskMessage } from '../../ports/task-work.ts';
import { instant } from '../../runtime/clock.ts';
import type { GrantId, IdpId, TaskId } from '../../runtime/identifiers.ts';

const due = {
  id: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)),
  due_at: v.pipe(v.number(), v.integer(), v.minValue(0)),
};

const message = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    tasks: v.pipe(v.array(v.object(due)), v.maxLength(20)),
    kept: v.exactOptional(v.pipe(v.array(v.object({ ...due, idp: v.string() })), v.maxLength(20))),
  }),
);

export function writeTaskMessage({ tasks, kept }: TaskMessage): string {
  return JSON.stringify({
    tasks: tasks.map(({ id, dueAt }) => ({ id, due_at: dueAt })),
    ...(kept && { kept: kept.map(({ id, idp, dueAt }) => ({ id, idp, due_at: dueAt })) }),
  });
}

/** Undefined: nothing of ours wrote it. */
export function readTaskMessage(body: string): TaskMessage | undefined {
  const read = v.safeParse(message, body);
  if (!read.success) return undefined;
  const tasks = read.output.tasks.map((task) => ({ id: task.id as TaskId, dueAt: instant(task.due_at) }));
  const kept = read.output.kept?.map(({ id, idp, due_at: dueAt }) => ({
    ...{ id: id as GrantId, idp: idp as IdpId, dueAt: instant(dueAt) },
  }));
  return { tasks, ...(kept && { kept }) };
}
