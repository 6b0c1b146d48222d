import type { TaskStanding } from '../../lambdas/ports/token-standing.ts';
import type { ClientId, TaskId } from '../../lambdas/runtime/identifiers.ts';
import type { WorldInput } from './places-of-exchanges.ts';

/** The task that the person's token is of, which comes last, and those above it. */
export const tasksOf = ({ root }: WorldInput): readonly TaskId[] =>
  Array.from({ length: root.tasks }, (_, index) => `task-${index}`.padEnd(22, '-') as TaskId);

interface TasksInHand {
  /** As the plan of a token has them. */
  readonly chain: false | { readonly tasks: readonly TaskId[] };
  readonly standing: (id: TaskId) => TaskStanding;
  readonly end: (id: TaskId) => void;
  readonly isOver: (id: TaskId) => boolean;
}

/** What is kept of these, all of them the client's. */
export function tasksInHand(input: WorldInput, clientId: ClientId): TasksInHand {
  const [tasks, ended] = [tasksOf(input), new Set<TaskId>()];
  return {
    chain: tasks.length > 0 && { tasks },
    standing: (id) => ({
      terms: { id, clientId, ancestors: tasks.slice(0, tasks.indexOf(id)) },
      hasEnded: ended.has(id),
    }),
    end: (id) => void ended.add(id),
    isOver: (id) => ended.has(id),
  };
}
