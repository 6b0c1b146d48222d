import * as v from 'valibot';
import type { KeyRing } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { egressDetails } from '../egress/egress-detail.ts';
import type { AccessTokenClaims } from './access-token.ts';
import { ownJwt } from './own-jwt.ts';
import { chainShape, isWholeChain } from './token-chain.ts';

/** Why a text is no access token of ours that is good now. */
export interface TokenFault {
  readonly reason: 'not_an_access_token' | 'key_not_published' | 'not_signed_by_us' | 'not_ours' | 'expired';
}

const text = v.pipe(v.string(), v.nonEmpty());
const members: v.GenericSchema<unknown, AccessTokenClaims> = v.object({
  iss: text,
  sub: text,
  aud: text,
  client_id: text,
  agent_id: v.exactOptional(text),
  scope: text,
  jti: text,
  iat: v.number(),
  exp: v.number(),
  // One that cannot be read is not to be taken for none.
  cnf: v.exactOptional(v.union([v.strictObject({ jkt: text }), v.strictObject({ 'x5t#S256': text })])),
  grant_id: v.exactOptional(text),
  roles: v.exactOptional(v.array(text)),
  auth_time: v.exactOptional(v.number()),
  acr: v.exactOptional(text),
  amr: v.exactOptional(v.array(text)),
  may_act: v.exactOptional(v.strictObject({ sub: text })),
  // RFC 9396 §9.1: strict, so that no rule is read as one that asks for less.
  authorization_details: v.exactOptional(egressDetails),
  ...chainShape,
});
const claimsShape = v.pipe(
  members,
  v.check((token) => isWholeChain(token)),
);

const faults = {
  of_another_type: 'not_an_access_token',
  key_not_published: 'key_not_published',
  not_signed_by_us: 'not_signed_by_us',
} as const;

/** Verifies an access token against the published keys, as any verifier of ours would. */
export async function readAccessToken(
  token: string,
  { issuer, ring }: { readonly issuer: Issuer; readonly ring: KeyRing },
  now: Instant,
): Promise<Result<AccessTokenClaims, TokenFault>> {
  const signed = await ownJwt(token, { typ: 'at+jwt', ring }, now);
  if (!signed.ok) return refuse({ reason: faults[signed.refusal] });
  const claims = v.safeParse(claimsShape, signed.value);
  if (!claims.success) return refuse({ reason: 'not_an_access_token' });
  if (claims.output.iss !== issuer) return refuse({ reason: 'not_ours' });
  return now < claims.output.exp ? ok(claims.output) : refuse({ reason: 'expired' });
}

/** What was kept of a token that we made ourselves. */
export function claimsOf(kept: unknown): AccessTokenClaims {
  return v.parse(claimsShape, kept);
}
