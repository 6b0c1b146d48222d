import { absoluteUrl } from '../token-client/addresses.ts';
import { tokenCache } from '../token-client/token-cache.ts';
import type { ExchangeClient } from './client-proof.ts';
import { type DelegatedFetch, delegatedFetch } from './delegated-fetch.ts';
import { type ExchangedToken, requestExchange, type TokenEndpoint } from './exchange-request.ts';
import type { Fetch } from './key-set-document.ts';
import { type ProofKeyPair, proofKey } from './proof-key.ts';
import { assertScopes } from './scopes.ts';
import { systemNow } from './token-judge.ts';

export interface ExchangerOptions {
  /** The issuer URL exactly as deployed, without trailing slash. */
  readonly issuer: string;
  /** The client of this server: registered with `resource`, and the resource with `onBehalfOf`. */
  readonly client: ExchangeClient;
  /**
   * The key that the tokens for targets are bound to (RFC 9449), which is needed where this server's client or a target takes
   * no others. Absent: bearer tokens.
   */
  readonly dpop?: ProofKeyPair;
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
   * `fetch` with that token, and with a proof where it is bound to a key; for the transports of MCP clients too. Where the target says that the token is no good any
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

/**
 * Exchanges the tokens that a server receives for tokens of the servers that it calls itself (RFC 8693). Make one for each client
 * and keep it: many requests at once share one exchange. Throws a TypeError for a URL that could never be trusted, and for a
 * key that proves nothing.
 */
export function createExchanger(options: ExchangerOptions): Exchanger {
  const { issuer, client, now = systemNow } = options;
  absoluteUrl('issuer', issuer);
  const fetchIt: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
  const url = absoluteUrl('tokenEndpoint', options.tokenEndpoint ?? `${issuer}/token`).href;
  const key = options.dpop === undefined ? undefined : proofKey(options.dpop, now);
  const endpoint: TokenEndpoint = { issuer, url, client, key, fetch: fetchIt, now };
  const cache = tokenCache<ExchangedToken>(now);

  return {
    exchangeFor: ({ token: received }, target, { scopes = [] } = {}) => {
      assertScopes(scopes);
      const name = [received, target, ...scopes.toSorted()];
      const token = (): Promise<ExchangedToken> =>
        cache.get(name, () => requestExchange(endpoint, { token: received, target, scopes }));
      const drop = (refused: ExchangedToken): Promise<void> => cache.drop(name, refused);
      return { target, token, fetch: delegatedFetch({ target, token, drop, key, fetch: fetchIt }) };
    },
  };
}
