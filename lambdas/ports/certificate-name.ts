/** The kinds of names by which a certificate says whose it is (RFC 8705 §2.1.2). */
export type CertificateNameKind = 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';

/** The name that the certificate of a client must have. */
export interface CertificateName {
  readonly kind: CertificateNameKind;
  /** As it was declared. */
  readonly value: string;
  /** What it is compared by: the same for two names that are one by the rules of their kind. */
  readonly canonical: string;
}
