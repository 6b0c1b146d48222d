/** Whose task it is. */
interface OfTask {
  readonly requestId: string;
  readonly taskId: string;
  readonly agentId: string;
  readonly clientId: string;
  readonly personId?: string;
}

/** A grant of a person, for which something is kept of them. */
interface OfKept {
  readonly requestId: string;
  readonly grantId: string;
  readonly idp: string;
}

/** What became of tasks that nobody asked for at that moment. */
export type RefresherEvent =
  /** Everything that it rests on stands. */
  | (OfTask & { readonly event: 'task_renewed'; readonly goodUntil: number; readonly dueAt: number })
  /** It goes on with what it holds until `goodUntil`, which may be before its ceiling. */
  | (OfTask & {
      readonly event: 'task_renewal_failed';
      readonly reason: string;
      readonly idp?: string;
      /** Failures in a row, and since when. */
      readonly count: number;
      readonly since: number;
      readonly goodUntil: number;
      readonly ceiling: number;
      /** Whether it ends of that before its ceiling, unless it is renewed. */
      readonly endsEarly: boolean;
      /** Whether somebody has to act: the provider wants to see the person. */
      readonly interaction: boolean;
    })
  /** Its ceiling is near, and the event bus was told. */
  | (OfTask & { readonly event: 'task_ending'; readonly ceiling: number })
  /** Of every sweep: how many were due, were sent to the workers, and were left for the next; and how late the latest of them is. */
  | {
      readonly event: 'tasks_swept' | 'kept_grants_swept';
      readonly requestId: string;
      readonly due: number;
      readonly sent: number;
      readonly left: number;
      readonly latestSeconds: number;
    }
  /** What is kept of the person behind a grant was asked with before it ended by itself. */
  | (OfKept & { readonly event: 'kept_grant_renewed' })
  /** `reason`: `person_to_sign_in`, the end of the grant, or which dependency failed; of the last it is tried again. */
  | (OfKept & { readonly event: 'kept_grant_not_renewed'; readonly reason: string; readonly again: boolean })
  /** No refresh token of ours rests on it any more: nothing is kept of the person for it. */
  | (OfKept & { readonly event: 'kept_grant_forgotten' })
  /** An identity provider did not answer again and again: until then one asks, for all. */
  | {
      readonly event: 'provider_circuit_opened';
      readonly idp: string;
      readonly failures: number;
      readonly until: number;
    }
  | { readonly event: 'provider_circuit_closed'; readonly idp: string };
