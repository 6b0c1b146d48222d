import type { OpaqueTokens } from '../../ports/opaque-tokens.ts';
import type { KeyRings } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AccessTokenClaims } from './access-token.ts';
import { opaqueIdOf } from './opaque-token.ts';
import { claimsOf, readAccessToken, type TokenFault } from './read-access-token.ts';

export interface TokenSources {
  readonly issuer: Issuer;
  readonly keyRings: KeyRings;
  readonly opaque: Pick<OpaqueTokens, 'find'>;
}

/** What an access token says: one that is signed, or an opaque one, which stands for the same claims. */
export async function knownToken(
  text: string,
  { issuer, keyRings, opaque }: TokenSources,
  now: Instant,
): Promise<Result<AccessTokenClaims, TokenFault>> {
  const id = opaqueIdOf(text);
  if (id === undefined) return readAccessToken(text, { issuer, ring: await keyRings.current() }, now);
  const kept = await opaque.find(id);
  if (kept === undefined) return refuse({ reason: 'not_an_access_token' });
  if (kept.expiresAt <= now) return refuse({ reason: 'expired' });
  return ok(claimsOf(JSON.parse(kept.claims)));
}
