import type { AccessTokenClaims } from './access-token.ts';
import { absoluteUrl, protectedResourceMetadataUrl } from './addresses.ts';
import {
  credentialMissing,
  issuerUnavailable,
  requestMalformed,
  scopeInsufficient,
  tokenInvalid,
  type Challenge,
} from './challenge.ts';
import { readCredential, type RequestLike } from './credential.ts';
import { assertScopes, sameScope, scopeList, type SatisfiesScope } from './scopes.ts';
import { tokenJudge, type JudgeOptions } from './token-judge.ts';

export interface VerifierOptions extends JudgeOptions {
  /** The URI of this server exactly as registered. */
  readonly resource: string;
  /** What `aud` must hold; the resource unless registered otherwise. */
  readonly audience?: string;
  /** Absolute URL named in challenges; by default the path-inserted well-known on the resource's own host. */
  readonly resourceMetadata?: string;
  /** What an operation needs that names no scopes of its own, and what its challenges ask for. Default: none. */
  readonly scopes?: readonly string[];
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
 * The gate of one MCP server or agent. Keys and ends are fetched on first use, cached and shared: make one per resource
 * and keep it. Throws a TypeError for options that could never verify safely.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { resource, audience = resource } = options;
  const judge = tokenJudge({ ...options, audience });
  const resourceMetadata = options.resourceMetadata ?? protectedResourceMetadataUrl(resource);
  absoluteUrl('resourceMetadata', resourceMetadata);
  const defaultScopes = assertScopes(options.scopes ?? []);

  async function verify(presented: Presented, operation: Operation = {}): Promise<Verification> {
    const scopes = assertScopes(operation.scopes ?? defaultScopes);
    const context = { resourceMetadata, scopes };
    const credential = readCredential(presented);
    if (credential.kind === 'none') return refused(credentialMissing(context));
    if (credential.kind === 'malformed') return refused(requestMalformed(context, credential.description));

    const judgement = await judge(credential.token);
    if (!judgement.ok) {
      return judgement.reason === 'invalid'
        ? refused(tokenInvalid(context, judgement.description))
        : refused(issuerUnavailable(judgement.missing, judgement.retryAfterSeconds));
    }
    const { satisfies = sameScope } = operation;
    const granted = scopeList(judgement.claims.scope);
    const sufficient = scopes.every((needed) => satisfies(granted, needed));
    return sufficient ? { ok: true, token: judgement.claims } : refused(scopeInsufficient(context));
  }

  return { resource, resourceMetadata, verify };
}

function refused(challenge: Challenge): Verification {
  return { ok: false, challenge };
}
