import { X509Certificate } from 'node:crypto';
import type { CertificateNameKind } from '../../ports/certificate-name.ts';
import { instant, type Instant } from '../../runtime/clock.ts';
import { canonicalEmail } from '../certificate-names/canonical-email.ts';
import { type DerElement, derElements, dottedOid } from '../certificate-names/der.ts';
import { canonicalName, nameInDer } from '../certificate-names/distinguished-name.ts';

/** A certificate whose private key the caller has, as its TLS connection showed. */
export interface ClientCertificate {
  /** SHA-256 of the certificate, in base64url. */
  readonly thumbprint: string;
  readonly from: Instant;
  readonly until: Instant;
  /** Whose it is: canonical names, by their kind. */
  readonly names: Readonly<Record<CertificateNameKind, readonly string[]>>;
  /** Whether it is for clients: RFC 5280 §4.2.1.12. */
  readonly isForClients: boolean;
}

/** The usages of a certificate for TLS clients, and for everything. */
const clientUsages = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];
const subjectAltName = '2.5.29.17';

/** Reads what API Gateway passes on; undefined for what is no certificate. */
export function readClientCertificate(pem: string | undefined): ClientCertificate | undefined {
  if (pem === undefined) return undefined;
  try {
    const certificate = new X509Certificate(pem);
    const { subject, alternative } = namesIn(certificate.raw);
    // It is absent where the certificate names no usage, whatever its type says.
    const usages = certificate.keyUsage as readonly string[] | undefined;
    return {
      thumbprint: Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
      from: instant(certificate.validFromDate.getTime() / 1_000),
      until: instant(certificate.validToDate.getTime() / 1_000),
      isForClients: usages === undefined || usages.some((usage) => clientUsages.includes(usage)),
      names: {
        subject_dn: subject.length === 0 ? [] : [canonicalName(nameInDer(subject))],
        san_email: ascii(alternative, 0x81).map(canonicalEmail),
        san_dns: ascii(alternative, 0x82).map((name) => name.toLowerCase()),
        san_uri: ascii(alternative, 0x86),
        san_ip: tagged(alternative, 0x87).map((address) => address.toString('hex')),
      },
    };
  } catch {
    return undefined;
  }
}

/** RFC 5280 §4.1: what of a certificate says whose it is. */
function namesIn(der: Buffer): { readonly subject: Buffer; readonly alternative: readonly DerElement[] } {
  const [certificate] = derElements(der);
  const [signed] = derElements(certificate?.content ?? der);
  const fields = derElements(signed?.content ?? der);
  // The version comes first where there is one: serial, algorithm, issuer and validity stand before the subject.
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  if (subject === undefined) throw new RangeError('not a certificate');
  return { subject: subject.content, alternative: alternativeNames(fields.find(({ tag }) => tag === 0xa3)) };
}

function alternativeNames(extensions: DerElement | undefined): readonly DerElement[] {
  if (extensions === undefined) return [];
  const [list] = derElements(extensions.content);
  return derElements(list?.content ?? extensions.content).flatMap(({ content }) => {
    const [id, ...others] = derElements(content);
    const value = others.at(-1);
    if (id === undefined || value === undefined || dottedOid(id.content) !== subjectAltName) return [];
    return derElements(value.content).flatMap((names) => derElements(names.content));
  });
}

function tagged(names: readonly DerElement[], wanted: number): readonly Buffer[] {
  return names.filter(({ tag }) => tag === wanted).map(({ content }) => content);
}

/** Names with anything but visible ASCII are nobody's. */
function ascii(names: readonly DerElement[], wanted: number): readonly string[] {
  return tagged(names, wanted)
    .map((content) => content.toString('latin1'))
    .filter((name) => /^[\x21-\x7E]+$/.test(name));
}
