import type { Grants } from '../ports/grants.ts';
import type { TaskEvents } from '../ports/task-work.ts';
import type { DueTask, StoredTask, Tasks } from '../ports/tasks.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { Random } from '../runtime/random.ts';
import type { ProviderGate } from './circuit.ts';
import type { DeliveryPorts } from './deliver.ts';
import type { TaskTiming } from './due.ts';
import type { Confirm } from './renewal.ts';

/** What it takes to look after tasks. */
export interface RefreshPorts {
  readonly tasks: Tasks;
  readonly confirm: Confirm;
  readonly providers: ProviderGate;
  readonly grants: Pick<Grants, 'end'>;
  readonly events: TaskEvents;
  /** Undefined where no agent has tokens put into secrets. */
  readonly delivery?: DeliveryPorts;
  readonly timing: TaskTiming;
  /** Longer than who looks at a task can be at it, by the clock of anybody else. */
  readonly leaseSeconds: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
}

export type Due = Pick<DueTask, 'id' | 'dueAt'>;

/** A task that nobody else is at, as it was when it was leased. */
export interface Leased {
  readonly task: StoredTask;
  readonly attempt: string;
  readonly now: Instant;
  readonly requestId: string;
}
