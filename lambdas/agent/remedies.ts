import { challengeOf, type TokenChallenge } from './challenge.ts';

/** What may help against a refusal. */
export type Remedy =
  /** Another proof: the nonce for it came along with the refusal. */
  | { readonly kind: 'nonce' }
  | { readonly kind: 'another-token' }
  | { readonly kind: 'more-scope'; readonly scope: string };

/** Undefined for an answer, and for a refusal that the next request would get too. `asked` is the scope of the token. */
export function remedyFor(response: Response, asked: string | undefined): Remedy | undefined {
  const challenge = challengeOf(response);
  if (response.status === 401) return forTheToken(challenge);
  return response.status === 403 ? forTheScope(challenge, asked) : undefined;
}

function forTheToken(challenge: TokenChallenge | undefined): Remedy | undefined {
  switch (challenge?.error) {
    // RFC 9449 §9: the resource wants a nonce of its own.
    case 'use_dpop_nonce':
      return { kind: 'nonce' };
    // RFC 6750 §3.1: expired, revoked or of a key that was retired. Some say nothing.
    case 'invalid_token':
    case undefined:
      return { kind: 'another-token' };
    default:
      return undefined;
  }
}

function forTheScope(challenge: TokenChallenge | undefined, asked = ''): Remedy | undefined {
  if (challenge?.error !== 'insufficient_scope' || challenge.scope === undefined) return undefined;
  const scope = scopeOf(`${asked} ${challenge.scope}`);
  return scope === asked ? undefined : { kind: 'more-scope', scope };
}

/** One text for one set of names, however it was written. */
export function scopeOf(text: string): string {
  return [...new Set(text.split(' ').filter((name) => name !== ''))].sort().join(' ');
}
