import type { Confirmation } from './access-token.ts';
import { type DpopProof, proofFault, type ProofExpectations, readProof } from './dpop-proof.ts';

/** Whether whoever presents a token has the key that it is bound to. Without `proof` there is none, and the token is anybody's. */
export type BindingCheck =
  | { readonly ok: true; readonly proof?: DpopProof }
  | {
      readonly ok: false;
      readonly error: 'invalid_token' | 'invalid_dpop_proof';
      readonly description: string;
    };

export interface PresentedToken {
  readonly scheme: 'bearer' | 'dpop';
  readonly accessToken: string;
  /** The DPoP header of the request. */
  readonly proof: string | undefined;
  /** The thumbprint of the certificate of the connection. */
  readonly x5t: string | undefined;
}

/** Judges how a token that is good otherwise was presented (RFC 9449 §7.1, RFC 8705 §3). Never rejects for what a caller sent. */
export async function checkBinding(
  { scheme, accessToken, proof: text, x5t: shown }: PresentedToken,
  { jkt, 'x5t#S256': x5t }: Confirmation = {},
  request: Omit<ProofExpectations, 'accessToken'>,
): Promise<BindingCheck> {
  // RFC 8705 §3: whoever took the token has not taken the private key of its certificate.
  if (x5t !== undefined && x5t !== shown) {
    return notBound('is bound to a certificate; send it over a TLS connection with that certificate');
  }
  if (scheme === 'bearer') {
    // RFC 9449 §7.2: taken without its proof, a bound token would be worth stealing.
    return jkt === undefined
      ? { ok: true }
      : notBound('is bound to a key; send it as DPoP, with a proof of the key');
  }
  if (jkt === undefined) return notBound('is bound to no key; send it as Bearer');
  if (text === undefined) return badProof('is missing; send the proof of the key that the token is bound to');
  const read = await readProof(text);
  if (!read.ok) return badProof(read.description);
  const fault = await proofFault(read.proof, { ...request, accessToken });
  if (fault !== undefined) return badProof(fault);
  return read.proof.jkt === jkt
    ? { ok: true, proof: read.proof }
    : notBound('is bound to another key than the DPoP header proves');
}

function notBound(what: string): BindingCheck {
  return { ok: false, error: 'invalid_token', description: `The access token ${what}` };
}

function badProof(what: string): BindingCheck {
  return { ok: false, error: 'invalid_dpop_proof', description: `The DPoP header ${what}` };
}
