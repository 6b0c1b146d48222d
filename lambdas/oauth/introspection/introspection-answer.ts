import type { KeyRings, Signer } from '../../ports/signing.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { ClientId, Issuer } from '../../runtime/identifiers.ts';
import { currentKey } from '../tokens/current-key.ts';
import { signJwt } from '../tokens/sign-jwt.ts';
import type { Introspection } from './introspection.ts';

export interface IntrospectionSigningPorts {
  readonly issuer: Issuer;
  readonly keyRings: KeyRings;
  readonly signer: Signer;
}

/** The key of a signed answer is published for at least so long. Seconds. */
const verifiableSeconds = 300;

/** What the server of a resource reads of a token. */
export function introspectionMembers(introspection: Introspection): Readonly<Record<string, unknown>> {
  // RFC 7662 §2.2: of a token that does not count, nothing is said but that it does not.
  if (!introspection.active) return { active: false };
  return {
    active: true,
    // RFC 9449 §6.2: told of a token that is bound to a key, so that its server asks for the proof.
    token_type: introspection.token.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    // RFC 7662 §2.2: what stands in the token, which holds nothing that its resource may not know.
    ...introspection.token,
  };
}

/**
 * The same as a JWT for the server that asked. RFC 9701 §5: typed, and without `sub` and `exp` of its own, so that
 * nobody takes it for an access token; an inactive token is reported as any other.
 */
export async function signedIntrospection(
  { issuer, keyRings, signer }: IntrospectionSigningPorts,
  introspection: Introspection,
  server: ClientId,
  now: Instant,
): Promise<string> {
  const key = await currentKey(keyRings, now, after(now, verifiableSeconds));
  return signJwt(signer, key, 'token-introspection+jwt', {
    iss: issuer,
    aud: server,
    iat: now,
    token_introspection: introspectionMembers(introspection),
  });
}
