import type { Signer, SigningKey } from '../../ports/signing.ts';

/** A JWS in compact form. `typ` keeps one kind of JWT from being taken for another (RFC 8725 §3.11). */
export async function signJwt(signer: Signer, key: SigningKey, typ: string, claims: object): Promise<string> {
  // RFC 7515 §4.1.4: the key is named, because several are published.
  const signingInput = `${segment({ alg: key.algorithm, typ, kid: key.kid })}.${segment(claims)}`;
  const signature = await signer.sign(key, signingInput);
  return `${signingInput}.${Buffer.from(signature).toString('base64url')}`;
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
