import { compactVerify, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import type { KeyRing, SigningKey } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AccessTokenClaims } from './access-token.ts';
import { isPublished } from './key-ring.ts';

/** Why a text is no access token of ours that is good now. */
export interface TokenFault {
  readonly reason: 'not_an_access_token' | 'key_not_published' | 'not_signed_by_us' | 'not_ours' | 'expired';
}

const headerShape = v.object({
  alg: v.string(),
  // RFC 8725 §3.11: another kind of JWT under the same key is no access token.
  typ: v.literal('at+jwt'),
  kid: v.string(),
  crit: v.optional(v.never()),
});

const text = v.pipe(v.string(), v.nonEmpty());
const claimsShape: v.GenericSchema<unknown, AccessTokenClaims> = v.object({
  iss: text,
  sub: text,
  aud: text,
  client_id: text,
  agent_id: v.exactOptional(text),
  scope: text,
  jti: text,
  iat: v.number(),
  exp: v.number(),
  cnf: v.exactOptional(v.object({ jkt: text })),
  grant_id: v.exactOptional(text),
  roles: v.exactOptional(v.array(text)),
  auth_time: v.exactOptional(v.number()),
  acr: v.exactOptional(text),
  amr: v.exactOptional(v.array(text)),
});

/** Verifies an access token against the published keys, as any verifier of ours would. */
export async function readAccessToken(
  token: string,
  { issuer, ring }: { readonly issuer: Issuer; readonly ring: KeyRing },
  now: Instant,
): Promise<Result<AccessTokenClaims, TokenFault>> {
  const header = v.safeParse(headerShape, headerOf(token));
  if (!header.success) return refuse({ reason: 'not_an_access_token' });
  const { kid, alg } = header.output;
  const key = ring.keys.find((candidate) => candidate.kid === kid && isPublished(candidate, now));
  if (key?.algorithm !== alg) return refuse({ reason: 'key_not_published' });
  const payload = await signedPayload(token, key);
  if (payload === undefined) return refuse({ reason: 'not_signed_by_us' });
  const claims = v.safeParse(claimsShape, payload);
  if (!claims.success) return refuse({ reason: 'not_an_access_token' });
  if (claims.output.iss !== issuer) return refuse({ reason: 'not_ours' });
  return now < claims.output.exp ? ok(claims.output) : refuse({ reason: 'expired' });
}

/** What was kept of a token that we made ourselves. */
export function claimsOf(kept: unknown): AccessTokenClaims {
  return v.parse(claimsShape, kept);
}

function headerOf(token: string): unknown {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

async function signedPayload(token: string, { publicJwk, algorithm }: SigningKey): Promise<unknown> {
  try {
    const { payload } = await compactVerify(
      token,
      { ...publicJwk, alg: algorithm },
      { algorithms: [algorithm] },
    );
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
}
