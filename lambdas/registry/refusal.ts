import type { EnrolmentRefusal } from '../ports/enrolments.ts';
import type { Kind } from '../ports/registry-store.ts';

export interface FieldRefusal {
  readonly reason: 'field_invalid';
  /** Where in the declaration: `scopes[0].name`. Empty for the declaration as a whole. */
  readonly field: string;
  /** The value as JSON, shortened; absent where nothing was given or where it could be a secret. */
  readonly value?: string;
  readonly fix: string;
}

export interface ConflictRefusal {
  readonly reason: 'conflict';
  readonly field?: string;
  readonly problem: string;
  readonly fix: string;
}

export type RegistryRefusal =
  | FieldRefusal
  | ConflictRefusal
  | EnrolmentRefusal
  | {
      readonly reason: 'not_found';
      readonly kind: Kind | 'registration-token';
      readonly id: string;
    };

/** One sentence that names what is wrong and what to do instead. */
export function describe(refusal: RegistryRefusal): string {
  switch (refusal.reason) {
    case 'field_invalid': {
      const subject = [refusal.field || 'the declaration', refusal.value].filter(Boolean).join(' ');
      return `${subject}: ${refusal.fix}`;
    }
    case 'conflict':
      return `${refusal.problem}: ${refusal.fix}`;
    case 'enrolment_full':
      return `as many clients as there may be are registered at identity provider "${refusal.idp}": remove some that nobody needs, which are gone there with the next hourly sweep, or raise registration.quota of it in the config`;
    case 'enrolment_refused':
      return `identity provider "${refusal.idp}" does not register the client, which stays as it is: ${refusal.detail}; ${refusal.fix}`;
    case 'not_found':
      return `there is no ${refusal.kind} ${JSON.stringify(refusal.id)}`;
  }
}
