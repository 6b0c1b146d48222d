import { type KeyObject, sign } from 'node:crypto';
import { joinedSignature } from '../../../lambdas/adapters/kms/joined-signature.ts';
import type { SigningAlgorithm } from '../../../lambdas/ports/signing.ts';

type SignJwt = (claims: object) => string;

/** Signs JWTs in this process, with nothing around it: the floor, and a gift to a peer that brings no such signer. */
export function jwtSigner(key: KeyObject, algorithm: SigningAlgorithm, kid: string): SignJwt {
  const signingKey = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return signerBy((data) => sign('sha256', data, signingKey), algorithm, kid);
}

/** The same for ES256 without node:crypto's slow way to the joined form: as the token function does it. */
export function quickJwtSigner(key: KeyObject, kid: string): SignJwt {
  return signerBy((data) => Buffer.from(joinedSignature(sign('sha256', data, key))), 'ES256', kid);
}

function signerBy(signed: (data: Buffer) => Buffer, algorithm: SigningAlgorithm, kid: string): SignJwt {
  const header = segment({ alg: algorithm, typ: 'at+jwt', kid });
  return (claims) => {
    const input = `${header}.${segment(claims)}`;
    return `${input}.${signed(Buffer.from(input)).toString('base64url')}`;
  };
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
