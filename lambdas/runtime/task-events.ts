/** Who asked for what of tasks, as far as the request got before it was decided. */
interface TaskRequested {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly clientId?: string;
  /** What a caller called itself without proving it. */
  readonly claimedClientId?: string;
}

/** What clients do about their tasks. Nothing is told of heartbeats and of questions how a task is, by which nothing is decided. */
export type TaskEvent = TaskRequested &
  (
    | {
        readonly event: 'task_opened';
        readonly taskId: string;
        /** The task above it. */
        readonly parentTaskId?: string;
        readonly agentId: string;
        /** The person in whose name it works, and what they granted. */
        readonly personId?: string;
        readonly grantId?: string;
        readonly purpose: string;
        readonly resource: string;
        readonly scope: string;
        readonly delivery: string;
        readonly ceiling: number;
        readonly heartbeatSeconds?: number;
        /** What its handle is bound to. */
        readonly jkt?: string;
        readonly x5t?: string;
        /** Of its first token; absent where that is a provider's own. */
        readonly jti?: string;
        readonly kid?: string;
        readonly expiresAt: number;
      }
    | { readonly event: 'task_extended'; readonly taskId: string; readonly ceiling: number }
    /** `asked`: what was to be done; the answer says `error`. */
    | {
        readonly event: 'task_refused';
        readonly taskId?: string;
        readonly asked: string;
        readonly reason: string;
        readonly detail?: string;
        readonly error: string;
      }
    /** A handle in hands that it is not of. `other_…`: it is the right one, and was found or stolen. */
    | {
        readonly event: 'task_handle_refused';
        readonly taskId?: string;
        readonly asked: string;
        readonly reason: string;
      }
  );

/** A task is over, for what was found by `by`. */
export interface TaskEnded {
  readonly event: 'task_ended';
  readonly requestId: string;
  readonly taskId: string;
  readonly agentId: string;
  readonly clientId: string;
  readonly personId?: string;
  readonly reason: string;
  readonly detail?: string;
  /** The task above it whose end this is. */
  readonly of?: string;
  readonly by: string;
}
