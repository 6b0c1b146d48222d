import type { Instant } from '../runtime/clock.ts';
import type { AgentId, ClientId, PersonId, TaskId } from '../runtime/identifiers.ts';
import type { DueKeptGrant } from './kept-grants.ts';
import type { DueTask, TaskEndReason } from './tasks.ts';

/** What one message asks for: some tasks, or some of what is kept of people, the most urgent first. At most 20 of each. */
export interface TaskMessage {
  readonly tasks: readonly Pick<DueTask, 'id' | 'dueAt'>[];
  readonly kept?: readonly KeptToRenew[];
}

export type KeptToRenew = Pick<DueKeptGrant, 'id' | 'idp' | 'dueAt'>;

/** From the sweep to the workers: at least once, in about the order it was sent in. */
export interface TaskQueue {
  /** Resolves with those that were not taken, which are due still. */
  readonly send: (messages: readonly TaskMessage[]) => Promise<readonly TaskMessage[]>;
  /** About how many messages wait for a worker, or are with one. */
  readonly waiting: () => Promise<number>;
}

/** What every event says. */
export interface OfTask {
  /** The same each time that one event is told: deliveries may be repeated. */
  readonly id: string;
  readonly at: Instant;
  readonly taskId: TaskId;
  readonly agentId: AgentId;
  readonly clientId: ClientId;
  readonly personId?: PersonId;
  readonly purpose: string;
  readonly ceiling: Instant;
}

/** What an event bus is told of tasks. Names, ids and times: nothing secret. */
export type TaskEvent =
  /** Of tasks whose tokens are delivered, or that asked for it: there is a token that is good until then. */
  | (OfTask & {
      readonly event: 'TaskTokenRefreshed';
      readonly goodUntil: Instant;
      /** Where it was delivered. */
      readonly secretArn?: string;
      readonly secretVersion?: string;
    })
  /** Its ceiling is near. */
  | (OfTask & { readonly event: 'TaskEnding'; readonly reason: 'ceiling_near' })
  /** It could not be renewed, and goes on with what it holds until `goodUntil`. */
  | (OfTask & {
      readonly event: 'TaskFailed';
      readonly reason: string;
      readonly goodUntil: Instant;
      /** Whether somebody has to act: the provider wants to see the person. */
      readonly interaction: boolean;
    })
  | (OfTask & {
      readonly event: 'TaskEnded';
      readonly reason: TaskEndReason;
      readonly detail?: string;
      readonly of?: TaskId;
    });

export interface TaskEvents {
  /** Rejects unless all are told. */
  readonly tell: (events: readonly TaskEvent[]) => Promise<void>;
}
