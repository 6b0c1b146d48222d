import { checkAccessToken, type AccessTokenClaims } from './access-token.ts';
import { absoluteUrl } from '../token-client/addresses.ts';
import { whatEnded } from './challenge.ts';
import { remoteEnds } from './ends.ts';
import type { Fetch } from './key-set-document.ts';
import { remoteKeySet } from './key-set.ts';

export interface JudgeOptions {
  /** The issuer URL exactly as deployed, without trailing slash. */
  readonly issuer: string;
  /** Default: `<issuer>/.well-known/jwks.json`. */
  readonly jwksUri?: string;
  /** Where the issuer publishes which tokens ended before their expiry. Default: `<issuer>/ends`. */
  readonly endsUri?: string;
  /**
   * What becomes of tokens while nobody can tell whether they were ended in the last 30 seconds: `required` answers 503
   * with Retry-After, `preferred` takes them until they expire. A token that is known to be ended is refused by both.
   * `off` never asks, for an issuer that publishes no ends. Default: `required`.
   */
  readonly ends?: 'required' | 'preferred' | 'off';
  /** Leeway for `exp` and `nbf` between two clocks. Default: 5 seconds. */
  readonly clockToleranceSeconds?: number;
  /** Seconds since 1970. Default: the system clock. */
  readonly now?: () => number;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

export type Judgement =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly reason: 'invalid'; readonly description: string }
  | {
      readonly ok: false;
      readonly reason: 'unavailable';
      /** What of the issuer would tell. */
      readonly missing: 'keys' | 'ended tokens';
      readonly retryAfterSeconds: number;
    };

/** Judges one token: whose it is, for whom, and whether it still counts. Never rejects for a bad token. */
export type TokenJudge = (token: string) => Promise<Judgement>;

/**
 * The judgement that everything in front of a resource shares. Keys and ends are fetched when they are first needed. Without
 * `audience` the token may be for any resource. Throws a TypeError for a URL that could never be trusted.
 */
export function tokenJudge(options: JudgeOptions & { readonly audience?: string }): TokenJudge {
  const { issuer, audience, clockToleranceSeconds = 5, now = systemNow, ends: mode = 'required' } = options;
  absoluteUrl('issuer', issuer);
  const fetchIt = options.fetch ?? ((url, init) => fetch(url, init));
  const jwksUri = absoluteUrl('jwksUri', options.jwksUri ?? `${issuer}/.well-known/jwks.json`).href;
  const keys = remoteKeySet(jwksUri, fetchIt, now);
  const endsUri = absoluteUrl('endsUri', options.endsUri ?? `${issuer}/ends`).href;
  const ends = remoteEnds({ uri: endsUri, issuer, keys, fetch: fetchIt, now });

  return async (token) => {
    const check = await checkAccessToken(token, keys, {
      ...{ issuer, clockToleranceSeconds, now: now() },
      ...(audience === undefined ? {} : { audience }),
    });
    if (!check.ok) return check.reason === 'invalid' ? check : { ...check, missing: 'keys' };
    // Only for a token that is good otherwise, so that no stranger can make us ask.
    const end = mode === 'off' ? alive : await ends.of(check.claims);
    if (end.state === 'ended') return { ok: false, reason: 'invalid', description: whatEnded[end.by] };
    if (end.state === 'alive' || mode === 'preferred') return check;
    return {
      ok: false,
      reason: 'unavailable',
      missing: 'ended tokens',
      retryAfterSeconds: end.retryAfterSeconds,
    };
  };
}

const alive = { state: 'alive' } as const;

export function systemNow(): number {
  return Math.floor(Date.now() / 1000);
}
