import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** What a client puts into one proof; `changes` are laid over what is right. */
export interface ProofWish {
  readonly method?: string;
  readonly url: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly nonce?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A key that a client binds its tokens to. */
export interface DpopKey {
  readonly jkt: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  readonly prove: (wish: ProofWish) => Promise<string>;
}

export async function newDpopKey(alg = 'ES256'): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const [publicJwk, privateJwk] = [await exportJWK(publicKey), await exportJWK(privateKey)];
  return {
    jkt: await calculateJwkThumbprint(publicJwk),
    ...{ publicJwk, privateJwk },
    prove: ({ method = 'POST', url, at, nonce, accessToken, claims = {}, header = {} }) =>
      new SignJWT({
        ...{ jti: randomUUID(), htm: method, htu: url, iat: at },
        ...(nonce !== undefined && { nonce }),
        ...(accessToken !== undefined && { ath: hashOf(accessToken) }),
        ...claims,
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk: publicJwk, ...header })
        .sign(privateKey),
  };
}

export function hashOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}
