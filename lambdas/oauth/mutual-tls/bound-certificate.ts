import type { Client } from '../../ports/registry.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Possession } from '../dpop/possession.ts';
import type { ClientCertificate } from './client-certificate.ts';
import type { CertificateBindingRefusal } from './refusal.ts';

/** What a request shows of keys: of its TLS connection, and by a proof. */
export interface Shown {
  readonly certificate: ClientCertificate | undefined;
  readonly possession: Possession;
}

/**
 * RFC 8705 §3: the thumbprint of the certificate that what is issued to a client is bound to, where it is to be bound. With
 * `bound`, what the client presents is of that certificate: another one, or none, is another caller.
 */
export function boundCertificate(
  { certificateBound = false }: Pick<Client, 'certificateBound'>,
  { certificate, possession }: Shown,
  bound?: string,
): Result<string | undefined, CertificateBindingRefusal> {
  if (!certificateBound && bound === undefined) return ok(undefined);
  if (certificate === undefined) return refuse({ reason: 'certificate_missing' });
  if (bound !== undefined && bound !== certificate.thumbprint)
    return refuse({ reason: 'certificate_not_bound' });
  // RFC 7800 §3.1: a token confirms a single key.
  return possession.ok && possession.value === undefined
    ? ok(certificate.thumbprint)
    : refuse({ reason: 'dpop_beside_certificate' });
}
