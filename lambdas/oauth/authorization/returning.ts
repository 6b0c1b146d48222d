import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { StoredTransaction } from '../../ports/transactions.ts';
import type { SignInRequest } from './sign-in-request.ts';

/** A sign-in whose person is back. */
export interface Returning {
  readonly transaction: StoredTransaction;
  readonly request: SignInRequest;
  readonly idp: IdentityProvider;
}
