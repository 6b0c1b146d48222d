import type { AccessTokenClaims } from './access-token.ts';
import { absoluteUrl } from '../token-client/addresses.ts';
import {
  type Challenge,
  type ChallengeContext,
  proofInvalid,
  proofReplayed,
  tokenInvalid,
} from './challenge.ts';
import { certificateThumbprint } from './client-certificate.ts';
import { type Credential, readProofHeader, type RequestLike } from './credential.ts';
import { proofWindowSeconds } from './dpop-proof.ts';
import { checkBinding } from './key-binding.ts';
import type { TakeProof } from './used-proofs.ts';

export interface KeyGuardOptions {
  /** Where clients reach the path `/` of this server. */
  readonly publicUrl: string;
  readonly takeProof: TakeProof;
  readonly now: () => number;
}

export interface PresentedCredential {
  readonly credential: Extract<Credential, { readonly token: string }>;
  readonly claims: AccessTokenClaims;
  /** What carried it; without it, no proof can be judged. */
  readonly request: RequestLike | undefined;
}

/** Why whoever sent a token may not use it, good as it is: they have not shown the key that it is bound to. */
export type KeyGuard = (
  presented: PresentedCredential,
  context: ChallengeContext,
) => Promise<Challenge | undefined>;

/** Throws a TypeError for a URL at which no client could reach the server. */
export function keyGuard({ publicUrl, takeProof, now }: KeyGuardOptions): KeyGuard {
  const { origin, pathname } = absoluteUrl('publicUrl', publicUrl);
  // What the request says of its host and its scheme is anybody's to say.
  const base = `${origin}${pathname.replace(/\/$/, '')}`;
  return async ({ credential, claims, request }, plain) => {
    const context = contextOf(plain, credential, claims);
    const proof = request && readProofHeader(request);
    const x5t = await thumbprintOf(request);
    const check = await checkBinding(
      { scheme: credential.kind, accessToken: credential.token, proof, x5t },
      claims.cnf,
      { method: request?.method ?? '', url: `${base}${pathOf(request?.url ?? '/')}`, now: now() },
    );
    if (!check.ok) {
      const { error, description } = check;
      return error === 'invalid_token'
        ? tokenInvalid(context, description)
        : proofInvalid(context, description);
    }
    if (check.proof === undefined) return undefined;
    const { jkt, jti, iat } = check.proof;
    const isFirstUse = await takeProof({ jkt, jti, until: iat + proofWindowSeconds });
    return isFirstUse ? undefined : proofReplayed(context);
  };
}

/** Of a token that is bound to a key, the client is told to prove it. */
function contextOf(
  plain: ChallengeContext,
  credential: PresentedCredential['credential'],
  { cnf }: AccessTokenClaims,
): ChallengeContext {
  const isOfKey = credential.kind === 'dpop' || cnf?.jkt !== undefined;
  return { ...plain, scheme: isOfKey ? 'DPoP' : 'Bearer' };
}

async function thumbprintOf(request: RequestLike | undefined): Promise<string | undefined> {
  const certificate = request?.clientCertificate;
  return certificate === undefined ? undefined : certificateThumbprint(certificate);
}

/** The path of a URL, or of the target of a request. */
function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? url.replace(/[?#].*$/s, '');
}
