import { must } from '../requirement.ts';

/** What operators see of tasks, and do about them. */
export const sightOfTasks = {
  'vestibule:tasks-shown': must(
    'Vestibule',
    'an operator sees every task that goes on, what is due first coming first: whose it is, when it is looked at next and must end, and whether and when it will fail; and nothing of its handle',
  ),
  'vestibule:task-ended-by-operator': must(
    'Vestibule',
    'an operator ends a task with a reason that its agent is told, once; the first end stays, and every attempt is in the audit trail',
  ),
} as const;
