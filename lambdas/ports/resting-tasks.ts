import type { TaskId } from '../runtime/identifiers.ts';
import type { StoredGrant } from './grants.ts';
import type { StoredTask } from './tasks.ts';

/** A task with what of the same table its tokens rest on; an absent member is kept no more. */
export interface RestingTask {
  readonly task: StoredTask;
  /** Those above it, in no order. */
  readonly ancestors: readonly StoredTask[];
  /** That of its basis, where it works in the name of a person. */
  readonly grant?: StoredGrant;
}

export interface RestingTasks {
  /** As of this very moment: strongly consistent, and in one round trip where an instance has read that task before. */
  readonly read: (id: TaskId) => Promise<RestingTask | undefined>;
}
