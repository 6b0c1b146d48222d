import { hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 as base64url. Enough for secrets of 256 random bits: there is nothing to guess. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'base64url');
}

/** Compares two digests of equal length in constant time. */
export function sameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
