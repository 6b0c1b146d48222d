import * as v from 'valibot';
import type { KeyRings } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ownJwt } from '../tokens/own-jwt.ts';

/** What an id_token of ours tells a logout. */
export interface IdTokenHint {
  readonly clientId: string;
  readonly person: string;
}

/** A longer one is none. Characters. */
const longestHint = 8_192;

const claimsShape = v.object({ iss: v.string(), sub: v.string(), aud: v.string() });

/**
 * OIDC RP-Initiated Logout §2: an id_token that we issued counts though it has expired, for as long as its key is published.
 * Undefined for whatever is none.
 */
export async function readIdTokenHint(
  token: string,
  { issuer, keyRings }: { readonly issuer: Issuer; readonly keyRings: KeyRings },
  now: Instant,
): Promise<IdTokenHint | undefined> {
  if (token.length > longestHint) return undefined;
  const signed = await ownJwt(token, { typ: 'JWT', ring: await keyRings.current() }, now);
  const claims = v.safeParse(claimsShape, signed.ok ? signed.value : undefined);
  if (!claims.success || claims.output.iss !== issuer) return undefined;
  return { clientId: claims.output.aud, person: claims.output.sub };
}
