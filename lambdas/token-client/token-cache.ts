/**
 * The tokens that a client has and is getting: each is asked for once, however many wait, and kept until just before its
 * end. A name says in whose name a token is, and for what.
 */
export interface TokenCache<Token> {
  readonly get: (name: readonly string[], ask: () => Promise<Token>) => Promise<Token>;
  /** Forgets one that was refused, unless another has taken its place. */
  readonly drop: (name: readonly string[], refused: Token) => Promise<void>;
}

/** What it takes to keep a token. */
export interface Ending {
  /** Seconds since 1970; undefined where the server does not say. */
  readonly expiresAt: number | undefined;
}

interface Kept<Token> {
  readonly asked: Promise<Token>;
  /** Undefined while it is being asked. */
  token: Token | undefined;
  /** Seconds since 1970. */
  until: number;
}

/** Whoever serves many people forgets those who have not come for longest. */
const mostKept = 2_000;
/** Of the lifetime of a token, so that it does not end on its way; at most 30 s. */
const marginPart = 0.1;
const longestMargin = 30;
/** For a server that does not say how long its tokens live. */
const unsaidLifetime = 60;

/** `now` counts seconds. */
export function tokenCache<Token extends Ending>(now: () => number): TokenCache<Token> {
  const kept = new Map<string, Kept<Token>>();

  function start(key: string, ask: () => Promise<Token>): Promise<Token> {
    const began = now();
    const asked = ask().then(
      (token) => {
        const end = token.expiresAt ?? began + unsaidLifetime;
        entry.until = end - Math.min(longestMargin, (end - began) * marginPart);
        entry.token = token;
        return token;
      },
      (error: unknown) => {
        // Nothing is remembered of a failure: the next request asks anew.
        if (kept.get(key) === entry) kept.delete(key);
        throw error;
      },
    );
    const entry: Kept<Token> = { asked, token: undefined, until: Infinity };
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return asked;
  }

  return {
    get: async (name, ask) => {
      const key = await keyOf(name);
      const known = kept.get(key);
      kept.delete(key);
      if (known === undefined || now() >= known.until) return start(key, ask);
      kept.set(key, known);
      return known.asked;
    },
    drop: async (name, refused) => {
      const key = await keyOf(name);
      if (kept.get(key)?.token === refused) kept.delete(key);
    },
  };
}

/** The token of a person may be part of a name: a dump of the keys must not be one of tokens. */
async function keyOf(name: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(name)));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
