import type { GrantId } from '../../runtime/identifiers.ts';
import type { WireError } from '../refusal.ts';

/** Why a person holds nothing now of what they granted. */
export type HeldRefusal =
  | { readonly reason: 'idp_disabled'; readonly grantId: GrantId }
  /** Until they have signed in again, nobody can tell. */
  | { readonly reason: 'person_to_sign_in'; readonly grantId: GrantId }
  | { readonly reason: 'nothing_held' };

/** The error of each. */
export const heldErrors = {
  idp_disabled: (): WireError => ({
    ...{ status: 400, error: 'unauthorized_client' },
    description: 'the identity provider of the person is disabled here',
  }),
  person_to_sign_in: (): WireError => ({
    ...{ status: 400, error: 'invalid_grant' },
    description:
      'the identity provider wants to see the person: they sign in again at /account, or for a new authorization request',
  }),
  nothing_held: (): WireError => ({
    ...{ status: 400, error: 'invalid_scope' },
    description: 'of what the person granted, nothing is left that they hold and that is offered',
  }),
};
