import { sign, type KeyObject } from 'node:crypto';
import type { SigningAlgorithm } from '../../../lambdas/ports/signing.ts';

/** Signs JWTs in this process, with nothing around it: the floor, and a gift to a peer that brings no such signer. */
export function jwtSigner(
  key: KeyObject,
  algorithm: SigningAlgorithm,
  kid: string,
): (claims: object) => string {
  const header = segment({ alg: algorithm, typ: 'at+jwt', kid });
  const signingKey = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return (claims) => {
    const input = `${header}.${segment(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), signingKey).toString('base64url')}`;
  };
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
