import * as v from 'valibot';
import type { TaskMessage } from '../../ports/task-work.ts';
import { instant } from '../../runtime/clock.ts';
import type { TaskId } from '../../runtime/identifiers.ts';

const message = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    tasks: v.pipe(
      v.array(
        v.object({
          id: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)),
          due_at: v.pipe(v.number(), v.integer(), v.minValue(0)),
        }),
      ),
      v.maxLength(20),
    ),
  }),
);

export function writeTaskMessage({ tasks }: TaskMessage): string {
  return JSON.stringify({ tasks: tasks.map(({ id, dueAt }) => ({ id, due_at: dueAt })) });
}

/** Undefined: nothing of ours wrote it. */
export function readTaskMessage(body: string): TaskMessage | undefined {
  const read = v.safeParse(message, body);
  if (!read.success) return undefined;
  const tasks = read.output.tasks.map((task) => ({ id: task.id as TaskId, dueAt: instant(task.due_at) }));
  return { tasks };
}
