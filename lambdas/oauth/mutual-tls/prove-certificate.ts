import type { CertificateName } from '../../ports/certificate-name.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ClientCertificate } from './client-certificate.ts';
import type { CertificateRefusal } from './refusal.ts';

/**
 * RFC 8705 §2.1: the connection showed that the caller has the certificate, and that an authority of the truststore
 * vouches for it; here it has to be the client's own. Undefined for one that is, and is good now.
 */
export function certificateFault(
  { names, isForClients, from, until }: ClientCertificate,
  { kind, canonical }: CertificateName,
  now: Instant,
): CertificateRefusal | undefined {
  if (!names[kind].includes(canonical)) return { reason: 'certificate_not_accepted' };
  if (!isForClients) return { reason: 'certificate_not_for_clients' };
  // A connection may be older than the end of what it was made with.
  return from <= now && now < until ? undefined : { reason: 'certificate_out_of_time' };
}
