import type { PublicJwk } from '../ports/signing.ts';
import { sha256 } from '../runtime/digest.ts';
import type { KeyThumbprint } from '../runtime/identifiers.ts';

/** RFC 7638 §3: the name of a key is a digest of the key, so that no two keys share one and no one has to choose it. */
export function keyThumbprint(jwk: PublicJwk): KeyThumbprint {
  // RFC 7638 §3.2: the required members in lexicographic order, without white space.
  const required =
    jwk.kty === 'RSA'
      ? { e: jwk.e, kty: jwk.kty, n: jwk.n }
      : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
  return sha256(JSON.stringify(required)) as KeyThumbprint;
}
