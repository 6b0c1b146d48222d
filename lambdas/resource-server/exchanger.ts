import { base64url } from 'jose';
import { absoluteUrl } from './addresses.ts';
import type { ExchangeClient } from './client-proof.ts';
import { type DelegatedFetch, delegatedFetch } from './delegated-fetch.ts';
import { type ExchangedToken, requestExchange, type TokenEndpoint } from './exchange-request.ts';
import type { Fetch } from './key-set-document.ts';
import { assertScopes } from './scopes.ts';
import { systemNow } from './token-judge.ts';

export interface ExchangerOptions {
  /** The issuer URL exactly as deployed, without trailing slash. */
  readonly issuer: string;
  /** The client of this server: registered with `resource`, and the resource with `onBehalfOf`. */
  readonly client: ExchangeClient;
  /** Default: `<issuer>/token`. */
  readonly tokenEndpoint?: string;
  /** Seconds since 1970. Default: the system clock. */
  readonly now?: () => number;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** One target, in the name of whoever sent a token. */
export interface Delegated {
  readonly target: string;
  /** The token for it, kept until just before it expires. Rejects with an `ExchangeError`. */
  readonly token: () => Promise<ExchangedToken>;
  /**
   * `fetch` with that token, for the transports of MCP clients too. Where the target says that the token is no good any
   * more, it is exchanged anew and the request is sent once again. Throws a TypeError for a URL that is not of the target.
   */
  readonly fetch: DelegatedFetch;
}

export interface TargetOptions {
  /** Default: all that the received token allows there. */
  readonly scopes?: readonly string[];
}

/** Whoever was verified: `request.auth`, or the `authInfo` that a tool of the MCP SDK is given. */
export interface Received {
  readonly token: string;
}

export interface Exchanger {
  readonly exchangeFor: (received: Received, target: string, options?: TargetOptions) => Delegated;
}

/** Before its end a token is not handed out any more, so that it does not expire on its way. Seconds. */
const margin = 10;
/** As many tokens are kept; beyond, the oldest are forgotten, and are exchanged anew. */
const most = 2_000;

interface Kept {
  readonly token: Promise<ExchangedToken>;
  /** Known once it is there. */
  expiresAt: number;
}

/**
 * Exchanges the tokens that a server receives for tokens of the servers that it calls itself (RFC 8693). Make one for each client
 * and keep it: many requests at once share one exchange. Throws a TypeError for a URL that could never be trusted.
 */
export function createExchanger(options: ExchangerOptions): Exchanger {
  const { issuer, client, now = systemNow } = options;
  absoluteUrl('issuer', issuer);
  const fetchIt: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
  const url = absoluteUrl('tokenEndpoint', options.tokenEndpoint ?? `${issuer}/token`).href;
  const endpoint: TokenEndpoint = { issuer, url, client, fetch: fetchIt, now };
  const kept = new Map<string, Kept>();

  /** `unless`: one that its target does not take. */
  async function tokenFor(
    { token }: Received,
    target: string,
    scopes: readonly string[],
    unless?: string,
  ): Promise<ExchangedToken> {
    const key = await digest([token, target, ...scopes.toSorted()]);
    const known = kept.get(key);
    if (known !== undefined && known.expiresAt - margin > now()) {
      const exchanged = await known.token;
      if (exchanged.accessToken !== unless) return exchanged;
    }
    // Somebody else may have found out at the same time, and have asked already.
    const other = kept.get(key);
    if (other !== undefined && other !== known && other.expiresAt - margin > now()) return other.token;
    return ask(key, { token, target, scopes });
  }

  function ask(key: string, question: Parameters<typeof requestExchange>[1]): Promise<ExchangedToken> {
    const entry: Kept = { token: requestExchange(endpoint, question), expiresAt: Infinity };
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    entry.token.then(
      ({ expiresAt }) => (entry.expiresAt = expiresAt),
      // A failure is kept by nobody.
      () => kept.get(key) === entry && kept.delete(key),
    );
    return entry.token;
  }

  return {
    exchangeFor: (received, target, { scopes = [] } = {}) => {
      assertScopes(scopes);
      const token = (unless?: string) => tokenFor(received, target, scopes, unless);
      return { target, token: () => token(), fetch: delegatedFetch({ target, token, fetch: fetchIt }) };
    },
  };
}

/** Tokens are the keys of no map, so that none lies about for longer than it is needed. */
async function digest(parts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
