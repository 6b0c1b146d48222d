/** Why a certificate proves no client. */
export type CertificateRefusal =
  /** No such client, one of another method, or the certificate has another name: told apart by nothing. */
  | { readonly reason: 'certificate_not_accepted' }
  | { readonly reason: 'certificate_not_for_clients' }
  | { readonly reason: 'certificate_out_of_time' };

/** Why a client gets no token that is bound to its certificate. */
export type CertificateBindingRefusal =
  | { readonly reason: 'certificate_missing' }
  | { readonly reason: 'certificate_not_bound' }
  | { readonly reason: 'dpop_beside_certificate' };
