import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, boolean, element, integer, octets, oid, sequence, set, time, utf8 } from './der.ts';

/** A name of the subject besides its distinguished name. */
export type AlternativeName =
  | { readonly kind: 'dns' | 'uri' | 'email'; readonly value: string }
  | { readonly kind: 'ip'; readonly value: string };

export interface CertificateRequest {
  /** Steps from the root on, of attributes with their types as dotted identifiers. */
  readonly subject: readonly (readonly (readonly [type: string, value: string | Uint8Array])[])[];
  readonly alternativeNames?: readonly AlternativeName[];
  /** What it is for: default `client`. */
  readonly usage?: 'client' | 'server' | 'authority';
  /** Default: an hour ago. */
  readonly from?: Date;
  /** Default: ten years from now. */
  readonly until?: Date;
}

/** A certificate with its key, both in PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
}

const hour = 3_600_000;
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const usages = { client: '1.3.6.1.5.5.7.3.2', server: '1.3.6.1.5.5.7.3.1' } as const;
const tags = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;

/** Makes a key on P-256 and a certificate for it, signed by `issuer`, or by itself (RFC 5280 §4.1). */
export function makeCertificate(request: CertificateRequest, issuer?: Issuer): IssuedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = distinguishedName(request.subject);
  const { from = new Date(Date.now() - hour), until = new Date(Date.now() + 87_600 * hour) } = request;
  const signed = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    issuer?.name ?? name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    element(0xa3, sequence(...extensionsOf(request))),
  );
  const signature = sign('sha256', signed, issuer?.key ?? privateKey);
  return {
    certificate: pem(sequence(signed, ecdsaWithSha256, bits(signature))),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** A name in DER; values are UTF8String, or what they are as DER. */
export function distinguishedName(subject: CertificateRequest['subject']): Buffer {
  const steps = subject.map((attributes) =>
    set(
      ...attributes
        .map(([type, value]) => sequence(oid(type), typeof value === 'string' ? utf8(value) : value))
        // DER has the members of a set in order.
        .toSorted((one, other) => Buffer.compare(one, other)),
    ),
  );
  return sequence(...steps);
}

function extensionsOf({ alternativeNames = [], usage = 'client' }: CertificateRequest): readonly Buffer[] {
  const isAuthority = usage === 'authority';
  return [
    extension('2.5.29.19', sequence(...(isAuthority ? [boolean(true)] : [])), true),
    // digitalSignature, or keyCertSign.
    extension('2.5.29.15', isAuthority ? bits(Buffer.from([0x04]), 2) : bits(Buffer.from([0x80]), 7), true),
    ...(isAuthority ? [] : [extension('2.5.29.37', sequence(oid(usages[usage])))]),
    ...(alternativeNames.length === 0
      ? []
      : [extension('2.5.29.17', sequence(...alternativeNames.map(alternativeName)))]),
  ];
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octets(value));
}

function alternativeName({ kind, value }: AlternativeName): Buffer {
  return element(tags[kind], kind === 'ip' ? addressBytes(value) : Buffer.from(value, 'latin1'));
}

/** An IPv6 address is written in full here. */
function addressBytes(address: string): Buffer {
  return isIPv4(address)
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(
        address
          .split(':')
          .map((group) => group.padStart(4, '0'))
          .join(''),
        'hex',
      );
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
