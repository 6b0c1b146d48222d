import { checkAccessToken, type AccessTokenClaims } from './access-token.ts';
import { absoluteUrl, protectedResourceMetadataUrl } from './addresses.ts';
import {
  credentialMissing,
  keysUnavailable,
  requestMalformed,
  scopeInsufficient,
  tokenInvalid,
  type Challenge,
} from './challenge.ts';
import { readCredential, type RequestLike } from './credential.ts';
import type { Fetch } from './key-set-document.ts';
import { remoteKeySet } from './key-set.ts';
import { assertScopes, sameScope, scopeList, type SatisfiesScope } from './scopes.ts';

export interface VerifierOptions {
  /** The issuer URL exactly as deployed, without trailing slash. */
  readonly issuer: string;
  /** The URI of this server exactly as registered. */
  readonly resource: string;
  /** What `aud` must hold; the resource unless registered otherwise. */
  readonly audience?: string;
  /** Absolute URL named in challenges; by default the path-inserted well-known on the resource's own host. */
  readonly resourceMetadata?: string;
  /** What an operation needs that names no scopes of its own, and what its challenges ask for. Default: none. */
  readonly scopes?: readonly string[];
  /** Default: `<issuer>/.well-known/jwks.json`. */
  readonly jwksUri?: string;
  /** Leeway for `exp` and `nbf` between two clocks. Default: 5 seconds. */
  readonly clockToleranceSeconds?: number;
  /** Seconds since 1970. Default: the system clock. */
  readonly now?: () => number;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** What one operation asks beyond a valid token. */
export interface Operation {
  /** All scopes it needs. Default: those of the verifier. */
  readonly scopes?: readonly string[];
  /** Default: each scope covers itself only. */
  readonly satisfies?: SatisfiesScope;
}

export type Verification =
  | { readonly ok: true; readonly token: AccessTokenClaims }
  | { readonly ok: false; readonly challenge: Challenge };

/** The value of an Authorization header, or anything that carries a request. */
export type Presented = string | null | undefined | RequestLike;

export interface Verifier {
  readonly resource: string;
  /** The `resource_metadata` of every challenge. */
  readonly resourceMetadata: string;
  /**
   * Verifies the token a request presents. Resolves for everything a caller can send and for an issuer that is
   * down; rejects only for a defect, such as a scope name that is none.
   */
  readonly verify: (presented: Presented, operation?: Operation) => Promise<Verification>;
}

/**
 * The gate of one MCP server or agent. Keys are fetched on first use, cached and shared: make one per resource and
 * keep it. Throws a TypeError for options that could never verify safely.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { issuer, resource, audience = resource, clockToleranceSeconds = 5, now = systemNow } = options;
  absoluteUrl('issuer', issuer);
  const resourceMetadata = options.resourceMetadata ?? protectedResourceMetadataUrl(resource);
  absoluteUrl('resourceMetadata', resourceMetadata);
  const jwksUri = absoluteUrl('jwksUri', options.jwksUri ?? `${issuer}/.well-known/jwks.json`).href;
  const keys = remoteKeySet(jwksUri, options.fetch ?? ((url, init) => fetch(url, init)), now);
  const defaultScopes = assertScopes(options.scopes ?? []);

  async function verify(presented: Presented, operation: Operation = {}): Promise<Verification> {
    const scopes = assertScopes(operation.scopes ?? defaultScopes);
    const context = { resourceMetadata, scopes };
    const credential = readCredential(presented);
    if (credential.kind === 'none') return refused(credentialMissing(context));
    if (credential.kind === 'malformed') return refused(requestMalformed(context, credential.description));

    const expected = { issuer, audience, clockToleranceSeconds, now: now() };
    const check = await checkAccessToken(credential.token, keys, expected);
    if (!check.ok) {
      return check.reason === 'invalid'
        ? refused(tokenInvalid(context, check.description))
        : refused(keysUnavailable(check.retryAfterSeconds));
    }
    const { satisfies = sameScope } = operation;
    const granted = scopeList(check.claims.scope);
    const sufficient = scopes.every((needed) => satisfies(granted, needed));
    return sufficient ? { ok: true, token: check.claims } : refused(scopeInsufficient(context));
  }

  return { resource, resourceMetadata, verify };
}

function systemNow(): number {
  return Math.floor(Date.now() / 1000);
}

function refused(challenge: Challenge): Verification {
  return { ok: false, challenge };
}
