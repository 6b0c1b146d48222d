import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { signedCertificate, unsignedCertificate } from '../../lambdas/oauth/people/certificate.ts';
import { publicJwkOf } from '../../lambdas/adapters/kms/spki.ts';
import { instant } from '../../lambdas/runtime/clock.ts';

const pairs = [2_048, 3_072].map((modulusLength) => generateKeyPairSync('rsa', { modulusLength }));
const seconds = (text: string): number => Date.parse(text) / 1_000;

test('a certificate is read back as it was written, and verifies with its own key, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...pairs),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.integer({ min: seconds('2026-01-01T00:00:00Z'), max: seconds('2060-01-01T00:00:00Z') }),
      fc.integer({ min: 1, max: 1_095 }),
      ({ publicKey, privateKey }, commonName, serial, from, days) => {
        const publicJwk = publicJwkOf(publicKey)!;
        const unsigned = unsignedCertificate({
          ...{ publicJwk, commonName, serial },
          ...{ notBefore: instant(from), notAfter: instant(from + days * 86_400) },
        });
        const { pem, der } = signedCertificate(unsigned, sign('sha256', unsigned, privateKey));
        const read = new X509Certificate(pem);
        expect(read.raw.equals(der)).toBe(true);
        expect(read.verify(publicKey)).toBe(true);
        expect(read.publicKey.equals(publicKey)).toBe(true);
        expect(read.subject).toBe(`O=Vestibule\nCN=${commonName}`);
        expect(read.issuer).toBe(read.subject);
        expect(read.ca).toBe(false);
        expect([seconds(read.validFrom), seconds(read.validTo)]).toEqual([from, from + days * 86_400]);
        // Positive, of at most 20 bytes (RFC 5280 §4.1.2.2), and as random as what it was made of.
        expect(read.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
        expect(read.serialNumber.slice(2).toLowerCase()).toBe(Buffer.from(serial).toString('hex').slice(2));
      },
    ),
    { numRuns: 60 },
  );
});
