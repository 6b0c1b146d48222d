import { must } from '../requirement.ts';

/** Work that goes on for longer than a token. */
export const tasks = {
  'vestibule:task-open': must(
    'Vestibule',
    'opens a task for an agent whose policy allows it, and gives its client a handle, of which a digest alone is kept, and a first token',
  ),
  'vestibule:task-pull': must(
    'Vestibule',
    'makes a token whenever the client of a task asks for one, good for a promised time at least and never beyond the task',
  ),
} as const;
