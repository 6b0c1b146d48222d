import type { ClientId } from '../runtime/identifiers.ts';
import type { EnrolmentRefusal } from './enrolments.ts';

/** What is asked of the function that alone registers clients at identity providers. */
export type EnrolmentQuestion =
  /** At all that the config names, or at none. */
  | {
      readonly ask: 'enrol';
      readonly client: ClientId;
      readonly name: string;
      /** Of a client that is its metadata document: the URL. */
      readonly document?: string;
    }
  | { readonly ask: 'rename'; readonly client: ClientId; readonly name: string }
  | { readonly ask: 'leave'; readonly client: ClientId };

export type EnrolmentAnswer =
  | { readonly told: 'enrolled' }
  | { readonly told: 'refused'; readonly refusal: EnrolmentRefusal }
  | { readonly told: 'renamed' }
  | { readonly told: 'left' }
  /** `dependency` says what, and never a payload. */
  | {
      readonly told: 'unavailable';
      readonly dependency: string;
      readonly retryAfterSeconds: number;
      readonly underWay?: true;
    };
