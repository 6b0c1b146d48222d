import type { ShownTask } from '../../../../../local/demo/task-page/shown-tasks.ts';

export const now = Date.parse('2027-01-01T12:00:00Z');
export const minute = 60_000;

/** A task of the planner that was opened an hour ago, and may go on for another. */
export function shownTask(changes: Partial<ShownTask> = {}): ShownTask {
  return {
    ...{
      id: 'a'.repeat(22),
      agent: 'planner',
      person: undefined,
      purpose: 'Scan the accounts',
      health: 'well',
    },
    ...{ openedAt: now - 60 * minute, ceiling: now + 60 * minute, nextRefreshAt: now + 8 * minute },
    ...{ endsAt: undefined, lateSeconds: undefined, happenings: [] },
    ...changes,
  };
}
