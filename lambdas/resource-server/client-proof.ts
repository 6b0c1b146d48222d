import { SignJWT, type CryptoKey, type JWK, type KeyObject } from 'jose';
import { basicAuthorization } from '../token-client/client-secret.ts';

/**
 * How this server proves itself to the issuer, as its client is registered: by a secret, by assertions that it signs with a key
 * of its own, or by assertions that something else makes, such as AWS. A function is asked each time, so that it can follow
 * a rotation.
 */
export type ClientProof =
  | { readonly secret: string | (() => string | Promise<string>) }
  | { readonly privateKey: CryptoKey | KeyObject | JWK; readonly alg: string; readonly kid?: string }
  | { readonly assertion: () => string | Promise<string> };

export interface ExchangeClient {
  readonly id: string;
  readonly proof: ClientProof;
}

export interface ProofOfClient {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

const assertionSeconds = 60;

/** What proves the client in one request; an assertion is good for one. */
export async function proveClient(
  { id, proof }: ExchangeClient,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): Promise<ProofOfClient> {
  if ('secret' in proof) {
    const secret = typeof proof.secret === 'string' ? proof.secret : await proof.secret();
    return { headers: { authorization: basicAuthorization(id, secret) }, parameters: {} };
  }
  const assertion = 'assertion' in proof ? await proof.assertion() : await signed(id, proof, issuer, now);
  return {
    headers: {},
    parameters: {
      client_id: id,
      // RFC 7523 §2.2.
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    },
  };
}

// RFC 7523 §3.
function signed(
  id: string,
  { privateKey, alg, kid }: Extract<ClientProof, { readonly privateKey: unknown }>,
  issuer: string,
  now: number,
): Promise<string> {
  return new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + assertionSeconds)
    .sign(privateKey);
}
