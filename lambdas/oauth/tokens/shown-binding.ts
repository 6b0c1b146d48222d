import type { DpopProof } from '../../resource-server/dpop-proof.ts';
import { checkBinding } from '../../resource-server/key-binding.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { ClientCertificate } from '../mutual-tls/client-certificate.ts';
import type { AccessTokenClaims } from './access-token.ts';

/** A request to an endpoint of ours that takes access tokens. */
export interface PresentedRequest {
  /** How a token was presented, and which; undefined where none was, or nothing that is one. */
  readonly presented: { readonly scheme: 'bearer' | 'dpop'; readonly token: string } | undefined;
  /** The DPoP header. */
  readonly proof: string | undefined;
  readonly method: string;
  /** Of the TLS connection, where it was made with one. */
  readonly certificate: ClientCertificate | undefined;
}

export type BindingRefusal =
  | { readonly reason: 'token_binding_not_shown' | 'token_certificate_not_shown'; readonly detail: string }
  | { readonly reason: 'dpop_proof_not_acceptable'; readonly detail: string };

/**
 * A token that is bound is for whoever shows the certificate, or the key by a proof for this request: that proof, if it is bound to a key.
 * Nothing is used up by it.
 */
export async function shownBinding(
  { presented, proof, method, certificate }: PresentedRequest,
  { cnf }: AccessTokenClaims,
  url: string,
  now: Instant,
): Promise<Result<DpopProof | undefined, BindingRefusal>> {
  const { scheme = 'bearer', token: accessToken = '' } = presented ?? {};
  const shown = { scheme, accessToken, proof, x5t: certificate?.thumbprint };
  const check = await checkBinding(shown, cnf, { method, url, now });
  if (check.ok) return ok(check.proof);
  const detail = check.description;
  if (check.error === 'invalid_dpop_proof') return refuse({ reason: 'dpop_proof_not_acceptable', detail });
  const isOfCertificate = cnf?.['x5t#S256'] !== undefined;
  return refuse({
    reason: isOfCertificate ? 'token_certificate_not_shown' : 'token_binding_not_shown',
    detail,
  });
}
