import type { Instant } from '../runtime/clock.ts';
import type { IdpId } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';

export interface WantedCertificate {
  /** As the config names it. Absent: the one that signs. */
  readonly key?: string;
  readonly days: number;
}

/** A certificate of a provider key, signed by that key itself. It is public, and kept by nobody here. */
export interface MadeCertificate {
  readonly key: string;
  readonly pem: string;
  readonly thumbprint: string;
  readonly notAfter: Instant;
}

/** `key_unknown`, `not_by_key`: the provider has no such key, or none; `not_rsa`: no certificate is made of such a key. */
export type CertificateRefusal = 'not_found' | 'not_by_key' | 'key_unknown' | 'not_rsa';

/** Certificates for identity providers that know the deployment by one. Throws `DependencyUnavailable` when KMS cannot. */
export interface ProviderCertificates {
  readonly make: (
    idp: IdpId,
    wanted: WantedCertificate,
  ) => Promise<Result<MadeCertificate, CertificateRefusal>>;
}
