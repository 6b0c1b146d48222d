import type { CertificateAuthentication } from '../../ports/registry.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import {
  type CertificateNameMember,
  certificateNameMembers,
  declaredName,
} from '../certificate-names/declared-name.ts';
import type { RegistrationRefusal } from './refusal.ts';

type Json = Readonly<Record<string, unknown>>;

const members = Object.keys(certificateNameMembers) as CertificateNameMember[];

/** RFC 8705 §2.1.2: the one name of the certificate that a client shows. Only who has such a certificate is the client. */
export function certificateAuthenticationOf(
  given: Json,
): Result<CertificateAuthentication, RegistrationRefusal> {
  const [member, ...more] = members.filter((name) => given[name] !== undefined);
  if (member === undefined || more.length > 0) {
    return invalid(`tls_client_auth needs exactly one of ${members.join(', ')}`);
  }
  const value = given[member];
  const name = typeof value === 'string' ? declaredName(member, value) : undefined;
  return name === undefined
    ? invalid(`${member} must be ${certificateNameMembers[member]}`)
    : ok({ method: 'tls_client_auth', name });
}

/** RFC 8705 §3.4. Nobody gets tokens of another kind than they asked for, so what cannot be done is refused. */
export function certificateBoundOf(
  { tls_client_certificate_bound_access_tokens: given = false }: Json,
  { mutualTls, dpopBound }: { readonly mutualTls: boolean; readonly dpopBound: boolean },
): Result<boolean, RegistrationRefusal> {
  if (typeof given !== 'boolean') {
    return invalid('tls_client_certificate_bound_access_tokens must be true or false');
  }
  if (given && !mutualTls) {
    return invalid(
      'tls_client_certificate_bound_access_tokens is not to be had: there is no host where clients show certificates',
    );
  }
  return given && dpopBound
    ? invalid('tls_client_certificate_bound_access_tokens stands beside dpop_bound_access_tokens: choose one')
    : ok(given);
}

export function certificateEcho({ name: { kind, value } }: CertificateAuthentication): Json {
  return { [`tls_client_auth_${kind}`]: value };
}

function invalid(detail: string): Result<never, RegistrationRefusal> {
  return refuse({ reason: 'metadata_invalid', detail });
}
