import type { StoredTask, TaskEndReason } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import type { IdpId } from '../runtime/identifiers.ts';

/** What everything came to that a task rests on, asked just now. */
export type Confirmation =
  | {
      readonly kind: 'stands';
      /** Of a person, where they were told anew. */
      readonly roles?: readonly string[];
      /** Unless an identity provider is asked again by then, what it gave ends: what lets a person go on, or a token of an API. */
      readonly askBy?: Instant;
    }
  /** For good. */
  | { readonly kind: 'over'; readonly reason: TaskEndReason; readonly detail?: string }
  /** For now: the task goes on with what it holds. */
  | {
      readonly kind: 'unreachable';
      /** Which dependency, and what it said; nothing of it is secret. */
      readonly what: string;
      /** Where it is an identity provider that does not answer as it should, or who asks it for us. */
      readonly idp?: IdpId;
      /** Whether somebody has to act: the provider wants to see the person. */
      readonly interaction: boolean;
      readonly retryAfterSeconds?: number;
    };

/** Asks everything that a task rests on. It never rejects for a dependency that is down. */
export type Confirm = (task: StoredTask, now: Instant) => Promise<Confirmation>;
