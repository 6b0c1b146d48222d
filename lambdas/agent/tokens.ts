import { createHash } from 'node:crypto';
import type { Grant, TokenWish } from './grants.ts';
import type { IssuedToken } from './token-endpoint.ts';

/** The tokens an agent has and is getting: each is asked for once, however many wait, and kept until just before its end. */
export interface Tokens {
  /** `holder` tells apart in whose name the token is. */
  readonly get: (holder: string, wish: TokenWish, grant: Grant) => Promise<IssuedToken>;
  /** Forgets one that was refused, unless another has taken its place. */
  readonly drop: (holder: string, wish: TokenWish, refused: IssuedToken) => void;
}

interface Kept {
  readonly asked: Promise<IssuedToken>;
  /** Seconds since 1970; undefined while it is being asked. */
  until: number | undefined;
  value: string | undefined;
}

/** An agent of many people forgets those who have not come for longest. */
const mostKept = 1_000;
/** Of the lifetime of a token, so that it does not end on its way; at most 30 s. */
const marginPart = 0.1;
const longestMargin = 30;
/** For a server that does not say how long its tokens live. */
const unsaidLifetime = 60;

export function tokenCache(
  now: () => number,
  ask: (wish: TokenWish, grant: Grant) => Promise<IssuedToken>,
): Tokens {
  const kept = new Map<string, Kept>();

  function start(key: string, wish: TokenWish, grant: Grant): Promise<IssuedToken> {
    const began = now();
    const asked = ask(wish, grant).then(
      (token) => {
        const end = token.expiresAt ?? began + unsaidLifetime;
        entry.until = end - Math.min(longestMargin, (end - began) * marginPart);
        entry.value = token.value;
        return token;
      },
      (error: unknown) => {
        // Nothing is remembered of a failure: the next request asks anew.
        if (kept.get(key) === entry) kept.delete(key);
        throw error;
      },
    );
    const entry: Kept = { asked, until: undefined, value: undefined };
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return asked;
  }

  return {
    get: (holder, wish, grant) => {
      const key = keyOf(holder, wish);
      const known = kept.get(key);
      if (known === undefined || (known.until !== undefined && now() >= known.until)) {
        kept.delete(key);
        return start(key, wish, grant);
      }
      kept.delete(key);
      kept.set(key, known);
      return known.asked;
    },
    drop: (holder, wish, refused) => {
      const key = keyOf(holder, wish);
      if (kept.get(key)?.value === refused.value) kept.delete(key);
    },
  };
}

/** The token of a person is itself no key of anything here: a dump of the keys must not be one of tokens. */
function keyOf(holder: string, { issuer, resource, scope = '' }: TokenWish): string {
  return createHash('sha256').update([holder, issuer, resource, scope].join('\0')).digest('base64url');
}
