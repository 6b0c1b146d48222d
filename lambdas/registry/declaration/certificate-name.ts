import * as v from 'valibot';
import {
  type CertificateNameMember,
  certificateNameMembers,
  declaredName,
} from '../../oauth/certificate-names/declared-name.ts';
import type { CertificateName } from '../../ports/certificate-name.ts';

const members = Object.keys(certificateNameMembers) as CertificateNameMember[];

/** The members by which the certificate of a client is known, each of its form. */
export const certificateNameEntries = {
  tls_client_auth_subject_dn: nameOf('tls_client_auth_subject_dn'),
  tls_client_auth_san_dns: nameOf('tls_client_auth_san_dns'),
  tls_client_auth_san_uri: nameOf('tls_client_auth_san_uri'),
  tls_client_auth_san_ip: nameOf('tls_client_auth_san_ip'),
  tls_client_auth_san_email: nameOf('tls_client_auth_san_email'),
};

type Declared = Readonly<Partial<Record<CertificateNameMember, CertificateName | undefined>>>;

/** RFC 8705 §2.1.2: exactly one, of a client with this method alone. */
export function hasItsCertificateName(
  declared: Declared & { readonly token_endpoint_auth_method: string },
): boolean {
  const wanted = declared.token_endpoint_auth_method === 'tls_client_auth' ? 1 : 0;
  return namesOf(declared).length === wanted;
}

export const certificateNameRule = `a client with "tls_client_auth" has exactly one of ${members.join(', ')}, and no other client has any`;

export function certificateNameOf(declared: Declared): CertificateName | undefined {
  return namesOf(declared)[0];
}

function namesOf(declared: Declared): readonly CertificateName[] {
  return members.flatMap((member) => declared[member] ?? []);
}

function nameOf(member: CertificateNameMember) {
  return v.exactOptional(
    v.pipe(
      v.string('must be text'),
      v.rawTransform(({ dataset, addIssue, NEVER }): CertificateName => {
        const name = declaredName(member, dataset.value);
        if (name !== undefined) return name;
        addIssue({ message: `must be ${certificateNameMembers[member]}` });
        return NEVER;
      }),
    ),
  );
}
