import type { AccessTokenClaims } from './access-token.ts';
import { absoluteUrl, protectedResourceMetadataUrl } from '../token-client/addresses.ts';
import {
  credentialMissing,
  issuerUnavailable,
  requestMalformed,
  scopeInsufficient,
  tokenInvalid,
  type Challenge,
} from './challenge.ts';
import { readCredential, type RequestLike } from './credential.ts';
import { keyGuard } from './key-guard.ts';
import { assertScopes, sameScope, scopeList, type SatisfiesScope } from './scopes.ts';
import { systemNow, tokenJudge, type JudgeOptions } from './token-judge.ts';
import { proofsOfThisProcess, type TakeProof } from './used-proofs.ts';

export interface VerifierOptions extends JudgeOptions {
  /** The URI of this server exactly as registered. */
  readonly resource: string;
  /** What `aud` must hold; the resource unless registered otherwise. */
  readonly audience?: string;
  /** Absolute URL named in challenges; by default the path-inserted well-known on the resource's own host. */
  readonly resourceMetadata?: string;
  /** What an operation needs that names no scopes of its own, and what its challenges ask for. Default: none. */
  readonly scopes?: readonly string[];
  /**
   * The public URL at which clients reach what this server sees as the path `/`, for the proofs of tokens that are bound to a
   * key (RFC 9449). Default: the origin of `resource`. Say it where a proxy takes away or adds a part of the path.
   */
  readonly publicUrl?: string;
  /**
   * Takes each proof once. Default: a memory of this process, so that a proof which was caught is good once in every other
   * instance, for five minutes; a store that instances share makes that nowhere.
   */
  readonly takeProof?: TakeProof;
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
  const { resource, audience = resource, now = systemNow } = options;
  const { takeProof = proofsOfThisProcess(now), publicUrl = absoluteUrl('resource', resource).origin } =
    options;
  const judge = tokenJudge({ ...options, audience });
  const resourceMetadata = options.resourceMetadata ?? protectedResourceMetadataUrl(resource);
  absoluteUrl('resourceMetadata', resourceMetadata);
  const guardKey = keyGuard({ publicUrl, takeProof, now });
  const defaultScopes = assertScopes(options.scopes ?? []);

  async function verify(presented: Presented, operation: Operation = {}): Promise<Verification> {
    const scopes = assertScopes(operation.scopes ?? defaultScopes);
    const credential = readCredential(presented);
    const scheme = credential.kind === 'dpop' ? 'DPoP' : 'Bearer';
    const context = { resourceMetadata, scopes, scheme } as const;
    if (credential.kind === 'none') return refused(credentialMissing(context));
    if (credential.kind === 'malformed') return refused(requestMalformed(context, credential.description));

    const judgement = await judge(credential.token);
    if (!judgement.ok) {
      return judgement.reason === 'invalid'
        ? refused(tokenInvalid(context, judgement.description))
        : refused(issuerUnavailable(judgement.missing, judgement.retryAfterSeconds));
    }
    const carried = { credential, claims: judgement.claims, request: requestOf(presented) };
    const unshown = await guardKey(carried, context);
    if (unshown !== undefined) return refused(unshown);
    const { satisfies = sameScope } = operation;
    const granted = scopeList(judgement.claims.scope);
    const sufficient = scopes.every((needed) => satisfies(granted, needed));
    return sufficient ? { ok: true, token: judgement.claims } : refused(scopeInsufficient(context));
  }

  return { resource, resourceMetadata, verify };
}

function requestOf(presented: Presented): RequestLike | undefined {
  return typeof presented === 'object' && presented !== null ? presented : undefined;
}

function refused(challenge: Challenge): Verification {
  return { ok: false, challenge };
}
