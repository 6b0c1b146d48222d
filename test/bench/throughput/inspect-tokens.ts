import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { Volley } from './message.ts';

interface Part {
  readonly alg?: string;
  readonly kid?: string;
  readonly jti?: string;
  readonly aud?: string;
  readonly act?: { readonly sub: string };
}

/** Counts tokens, and throws for one that is not signed by a key of its server or that has come before. */
export function tokenInspector(): (bodies: readonly string[], volley: Volley) => number {
  const seen = new Set<string>();
  return (bodies, { keys, algorithm, market }) => {
    const published = new Map<unknown, KeyObject>(
      keys.map((key) => [(key as Part).kid, createPublicKey({ key: key as JsonWebKey, format: 'jwk' })]),
    );
    for (const body of bodies) {
      const { access_token: token } = JSON.parse(body) as { readonly access_token: string };
      const [header = '', payload = '', signature = ''] = token.split('.');
      const { alg, kid } = read(header);
      const { jti = '', aud, act } = read(payload);
      const key = published.get(kid);
      const isAsAsked = [alg, aud, act?.sub].join() === [algorithm, market.resource, market.actor].join();
      if (key === undefined || !isAsAsked || seen.has(jti)) {
        throw new Error(`not a new token of ${market.issuer}: ${payload}`);
      }
      seen.add(jti);
      const isSigned = verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key,
        Buffer.from(signature, 'base64url'),
      );
      if (!isSigned) throw new Error(`not signed as it says: ${token}`);
    }
    return bodies.length;
  };
}

function read(segment: string): Part {
  return JSON.parse(Buffer.from(segment, 'base64url').toString()) as Part;
}
