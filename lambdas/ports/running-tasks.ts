import type { Page, PageRequest } from './registry-store.ts';
import type { StoredTask } from './tasks.ts';

/** The tasks of a deployment as operators see them. */
export interface RunningTasks {
  /**
   * Those of which something is due, what is due first coming first; each as it is at that moment. Eventually consistent: one that is
   * written meanwhile may come twice, or not at all. `undefined`: no such cursor.
   */
  readonly list: (page: PageRequest) => Promise<Page<StoredTask> | undefined>;
}
