import type { StoredTransaction } from '../../ports/transactions.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { upstreamSkewSeconds } from '../people/id-token.ts';
import type { Returning } from './returning.ts';
import { type RedirectRefusal, redirected } from './refusal.ts';
import { transactionSeconds } from './start-sign-in.ts';

/**
 * Whether a person proved who they are as lately as the client wanted. OIDC Core §3.1.2.1: who cannot have somebody sign
 * in anew says so, typically by `login_required`; the identity provider was asked, and this is what it did. Time that the
 * person spends there does not count.
 */
export function staleSignIn(
  { request: { prompt, maxAge }, transaction }: Pick<Returning, 'request' | 'transaction'>,
  authTime: Instant | undefined,
): RedirectRefusal | undefined {
  if (authTime === undefined) {
    // OIDC Core §3.1.3.7: only max_age makes a provider tell the time. Where prompt=login alone was asked, its word stands.
    return maxAge === undefined
      ? undefined
      : stale('auth_time_missing', 'the identity provider does not tell when the person signed in');
  }
  const [at, begun] = [authTime + upstreamSkewSeconds, begunAt(transaction)];
  if ((prompt.has('login') && at < begun) || (maxAge !== undefined && at + maxAge < begun)) {
    return stale('sign_in_stale', 'the identity provider did not have the person sign in anew');
  }
  return undefined;
}

/** When the person left for the identity provider. */
export function begunAt({ expiresAt }: Pick<StoredTransaction, 'expiresAt'>): Instant {
  return after(expiresAt, -transactionSeconds);
}

function stale(reason: string, description: string): RedirectRefusal {
  return redirected('login_required', reason, description);
}
