/** Why a certificate proves no client. */
export type CertificateRefusal =
  /** No such client, one of another method, or the certificate has another name: told apart by nothing. */
  | { readonly reason: 'certificate_not_accepted' }
  | { readonly reason: 'certificate_not_for_clients' }
  | { readonly reason: 'certificate_out_of_time' };
