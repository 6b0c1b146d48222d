import { createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicJwk } from '../../ports/signing.ts';

/** A DER-encoded SubjectPublicKeyInfo, as KMS gives it. */
export function publicKeyOfSpki(der: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
}

/** The public members of a key of a family that we sign with; undefined for any other. */
export function publicJwkOf(key: KeyObject): PublicJwk | undefined {
  const { kty, n, e, crv, x, y } = key.export({ format: 'jwk' });
  if (kty === 'RSA' && n !== undefined && e !== undefined) return { kty, n, e };
  if (kty === 'EC' && crv === 'P-256' && x !== undefined && y !== undefined) return { kty, crv, x, y };
  return undefined;
}
