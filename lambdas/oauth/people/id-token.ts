import { hash } from 'node:crypto';
import { after, type Instant } from '../../runtime/clock.ts';

/** How far the clock of an identity provider may be off ours. Seconds. */
export const upstreamSkewSeconds = 60;

// OIDC Core §10.1: RSA and EC signatures, which a key that everybody knows can verify. No MAC, whose key is our own
// client secret, and no `none`.
export const idTokenAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
] as const;
export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number];

interface JudgedIdToken {
  readonly algorithm: IdTokenAlgorithm;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Ours at the provider. */
  readonly clientId: string;
  readonly accessToken: string;
}

/**
 * What is wrong with an id_token beyond signature, issuer, audience, nonce and the time in which it counts; undefined where nothing is. Says
 * nothing of its values.
 */
export function idTokenProblem(token: JudgedIdToken, now: Instant): string | undefined {
  const { azp, iat, at_hash: atHash } = token.claims;
  // OIDC Core §3.1.3.7: where it names a party that it was made for, that is us, with one audience too.
  if (azp !== undefined && azp !== token.clientId) return 'azp is another client';
  if (typeof iat !== 'number' || iat > after(now, upstreamSkewSeconds)) return 'iat is in the future';
  // OIDC Core §3.1.3.8: optional with a code, and right where it is there.
  if (atHash !== undefined && atHash !== leftHalf(token.algorithm, token.accessToken)) {
    return 'at_hash is that of another access token';
  }
  return undefined;
}

/** OIDC Core §3.1.3.6: the left half of the digest that the signature algorithm uses. */
function leftHalf(algorithm: IdTokenAlgorithm, accessToken: string): string {
  const digest = hash(digestOf(algorithm), accessToken, 'buffer');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

function digestOf(algorithm: IdTokenAlgorithm): string {
  return algorithm.startsWith('Ed') ? 'sha512' : `sha${algorithm.slice(2)}`;
}
