import * as v from 'valibot';
import type { PublicJwk } from '../../ports/signing.ts';
import type { Plain } from './attributes.ts';
import { text } from './stored.ts';

export const storedAlgorithm = v.picklist(['RS256', 'ES256']);

export const storedPublicJwk = v.variant('kty', [
  v.object({ kty: v.literal('RSA'), n: text, e: text }),
  v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: text, y: text }),
]);

/** Public members one by one: whatever else an object may carry is not written. */
export function publicJwkAttribute(jwk: PublicJwk): Plain {
  return jwk.kty === 'RSA'
    ? { kty: jwk.kty, n: jwk.n, e: jwk.e }
    : { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
}
