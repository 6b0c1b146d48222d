import { isIP } from 'node:net';
import type { CertificateName, CertificateNameKind } from '../../ports/certificate-name.ts';
import { canonicalEmail } from './canonical-email.ts';
import { canonicalName } from './distinguished-name.ts';
import { readWrittenName } from './written-name.ts';

/** RFC 8705 §2.1.2: the members of a registration by which a client says what its certificate is named, and their form. */
export const certificateNameMembers = {
  tls_client_auth_subject_dn: 'a name as RFC 4514 writes it, such as "CN=reporter,OU=Agents,O=Example,C=DE"',
  tls_client_auth_san_dns: 'a host name without a wildcard, such as "reporter.example.com"',
  tls_client_auth_san_uri: 'a URI, such as "spiffe://example.com/reporter"',
  tls_client_auth_san_ip: 'an IP address, such as "192.0.2.7" or "2001:db8::7"',
  tls_client_auth_san_email: 'an address, such as "reporter@example.com"',
} as const;

export type CertificateNameMember = keyof typeof certificateNameMembers;

const canonicalForms: Readonly<Record<CertificateNameKind, (text: string) => string | undefined>> = {
  subject_dn: (text) => {
    const name = readWrittenName(text);
    return name && canonicalName(name);
  },
  // A wildcard names many hosts, and whoever has one of them would be the client.
  san_dns: (text) =>
    /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(text) ? text.toLowerCase() : undefined,
  san_uri: (text) => (/^[a-z][a-z0-9+.-]*:[\x21-\x7E]+$/i.test(text) ? text : undefined),
  san_ip: addressBytes,
  san_email: (text) =>
    /^[\x21-\x3F\x41-\x7E]+@[\x21-\x3F\x41-\x7E]+$/.test(text) ? canonicalEmail(text) : undefined,
};

/** The name that a member demands; undefined for a value that is none of its kind. */
export function declaredName(member: CertificateNameMember, value: string): CertificateName | undefined {
  const kind = member.slice('tls_client_auth_'.length) as CertificateNameKind;
  const canonical = value.length <= 1_024 && value.isWellFormed() ? canonicalForms[kind](value) : undefined;
  return canonical === undefined ? undefined : { kind, value, canonical };
}

/** RFC 8705 §2.1.2: compared in binary form, so that it does not matter how an address is written. */
function addressBytes(text: string): string | undefined {
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) return undefined;
  if (version === 4) return Buffer.from(text.split('.').map(Number)).toString('hex');
  // The URL parser writes the last four bytes as hex groups too, and never more than one gap.
  const groups = (URL.parse(`http://[${text}]`)?.hostname ?? '').slice(1, -1).split('::');
  const [head = [], tail = []] = groups.map((part) => part.split(':').filter((group) => group !== ''));
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...gap, ...tail].map((group) => group.padStart(4, '0')).join('');
}
