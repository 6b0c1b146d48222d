import { exportJWK, type JWK, SignJWT, type CryptoKey } from 'jose';
import { accessTokenHash } from './dpop-proof.ts';

/** A key that tokens are bound to. Its private half need not be one that can be exported. */
export interface ProofKeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** What a proof is for. */
interface ProvenRequest {
  readonly method: string;
  readonly url: string;
  /** That comes with it, at a resource. */
  readonly accessToken?: string;
}

/** Shows with each request that whoever sends it has the key (RFC 9449 §4.2). */
export interface ProofKey {
  /** The value of the `DPoP` header of one request. */
  readonly prove: (request: ProvenRequest) => Promise<string>;
  /** Takes from a response the nonce that its server wants in the next proof. */
  readonly learn: (url: string, response: Response) => void;
}

/** Of the servers that were asked last. */
const mostNonces = 100;

/** Throws a TypeError for a key that no proof can be made with. `now` counts seconds. */
export function proofKey({ privateKey, publicKey }: ProofKeyPair, now: () => number): ProofKey {
  const alg = algorithmOf(privateKey);
  if (!publicKey.extractable) throw new TypeError('dpop: the public key must be extractable');
  // RFC 9449 §8: each server has nonces of its own.
  const nonces = new Map<string, string>();
  let jwk: Promise<JWK> | undefined;
  return {
    prove: async ({ method, url, accessToken }) => {
      const { origin, pathname } = new URL(url);
      const nonce = nonces.get(origin);
      return new SignJWT({
        // RFC 9449 §4.2: without query and fragment.
        ...{ jti: crypto.randomUUID(), htm: method, htu: `${origin}${pathname}` },
        ...(accessToken !== undefined && { ath: await accessTokenHash(accessToken) }),
        ...(nonce !== undefined && { nonce }),
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk: await (jwk ??= exportJWK(publicKey)) })
        .setIssuedAt(now())
        .sign(privateKey);
    },
    learn: (url, { headers, redirected }) => {
      const [nonce, { origin }] = [headers.get('dpop-nonce'), new URL(url)];
      // What answers after a redirect may be another server.
      if (nonce === null || redirected) return;
      nonces.delete(origin);
      nonces.set(origin, nonce);
      const [oldest] = nonces.keys();
      if (nonces.size > mostNonces && oldest !== undefined) nonces.delete(oldest);
    },
  };
}

const algorithms: Readonly<Record<string, string>> = {
  'ECDSA P-256': 'ES256',
  'ECDSA P-384': 'ES384',
  Ed25519: 'Ed25519',
  'RSASSA-PKCS1-v1_5 SHA-256': 'RS256',
  'RSA-PSS SHA-256': 'PS256',
};

function algorithmOf({ algorithm }: CryptoKey): string {
  const { name, namedCurve, hash } = algorithm as {
    readonly name: string;
    readonly namedCurve?: string;
    readonly hash?: { readonly name: string };
  };
  const what = [name, namedCurve ?? hash?.name].filter((part) => part !== undefined).join(' ');
  const alg = Object.hasOwn(algorithms, what) ? algorithms[what] : undefined;
  if (alg === undefined) {
    throw new TypeError(`dpop: a key for one of ${Object.values(algorithms).join(' ')}, got ${what}`);
  }
  return alg;
}
