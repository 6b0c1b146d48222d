import { createPublicKey } from 'node:crypto';
import type { PublicJwk } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';

/** What a certificate of ours says. */
export interface CertificateContent {
  readonly publicJwk: PublicJwk;
  /** As people find it again among those of the provider; letters, digits, `-` and `_`. */
  readonly commonName: string;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

const [integerTag, bitsTag, octetsTag, oidTag, utf8Tag, sequenceTag, setTag] = [
  ...[0x02, 0x03, 0x04, 0x06, 0x0c, 0x30, 0x31],
] as const as readonly [number, number, number, number, number, number, number];

/** sha256WithRSAEncryption, RFC 4055 §5: what every reader of certificates knows. */
const algorithm = der(sequenceTag, oid('2a864886f70d01010b'), der(0x05));

/**
 * What is signed of a certificate that a key makes of itself (RFC 5280 §4.1): version 3, of no authority, for signatures.
 * Nothing of it comes from a stranger but the name, which the config gives.
 */
export function unsignedCertificate(content: CertificateContent): Buffer {
  const { publicJwk, commonName, notBefore, notAfter } = content;
  const name = der(
    sequenceTag,
    der(setTag, der(sequenceTag, oid('55040a'), der(utf8Tag, Buffer.from('Vestibule')))),
    der(setTag, der(sequenceTag, oid('550403'), der(utf8Tag, Buffer.from(commonName)))),
  );
  return der(
    sequenceTag,
    der(0xa0, der(integerTag, Buffer.from([2]))),
    der(integerTag, positive(content.serial)),
    algorithm,
    name,
    der(sequenceTag, timeOf(notBefore), timeOf(notAfter)),
    name,
    createPublicKey({ key: { ...publicJwk }, format: 'jwk' }).export({ type: 'spki', format: 'der' }),
    der(0xa3, der(sequenceTag, ...extensions)),
  );
}

/** The certificate itself, as the text that consoles take. `signature`: RSASSA-PKCS1-v1_5 with SHA-256. */
export function signedCertificate(unsigned: Buffer, signature: Uint8Array): { pem: string; der: Buffer } {
  const whole = der(sequenceTag, unsigned, algorithm, der(bitsTag, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return { der: whole, pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n` };
}

/** RFC 5280 §4.2.1.9 and §4.2.1.3, both critical: no authority, and a key for signatures alone. */
const extensions = [
  ['551d13', der(sequenceTag)],
  ['551d0f', der(bitsTag, Buffer.from([7, 0x80]))],
].map(([id, value]) =>
  der(sequenceTag, oid(id as string), der(0x01, Buffer.from([0xff])), der(octetsTag, value as Buffer)),
);

/** Neither negative nor with leading zeros, whatever the random bytes are. */
function positive(serial: Uint8Array): Buffer {
  const bytes = Buffer.from(serial);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** RFC 5280 §4.1.2.5: two digits of the year until 2049, four from 2050 on. */
function timeOf(at: Instant): Buffer {
  const digits = new Date(at * 1_000).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

function oid(hex: string): Buffer {
  return der(oidTag, Buffer.from(hex, 'hex'));
}

/** Tag, length, value (X.690 §8.1), the length in as few bytes as it takes. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), value]);
}
