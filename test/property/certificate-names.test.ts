import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredName } from '../../lambdas/oauth/certificate-names/declared-name.ts';
import { dottedOid } from '../../lambdas/oauth/certificate-names/der.ts';
import { canonicalName, nameInDer } from '../../lambdas/oauth/certificate-names/distinguished-name.ts';
import { readWrittenName } from '../../lambdas/oauth/certificate-names/written-name.ts';
import { readClientCertificate } from '../../lambdas/oauth/mutual-tls/client-certificate.ts';
import { distinguishedName, makeCertificate } from '../../local/tls/certificate.ts';
import { integer, oid } from '../../local/tls/der.ts';

const types = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', DC: '0.9.2342.19200300.100.1.25' } as const;
type Attribute = readonly [keyof typeof types, string];

/** What would end an attribute or begin another one, and letters of all kinds. */
const unit = fc.constantFrom(...Array.from('abAB09 ,+=<>;"\\#éßİ漢'));
const value = fc.string({ unit, minLength: 1, maxLength: 8 }).filter((text) => text.trim() !== '');
const attribute = fc.tuple(fc.constantFrom<Attribute[0][]>('CN', 'O', 'OU', 'DC'), value);
const steps = fc.array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 });

type Steps = readonly (readonly Attribute[])[];

/** As it stands in a certificate. */
function inDer(name: Steps): Buffer {
  return distinguishedName(name.map((step) => step.map(([type, text]) => [types[type], text] as const)));
}

function canonical(name: Steps): string {
  const der = inDer(name);
  return canonicalName(nameInDer(der.subarray(der.length - contentLength(der))));
}

function contentLength(der: Buffer): number {
  const first = der[1] ?? 0;
  return first < 0x80 ? first : der.readUIntBE(2, first - 0x80);
}

/** RFC 4514: the last step first, and every character that means something behind a backslash. */
function written(name: Steps, escape: (character: string) => string): string {
  const escaped = (text: string): string => text.replaceAll(/[ ,+=<>;"\\#]|[^\x20-\x7E]/gu, escape);
  return name
    .toReversed()
    .map((step) => step.map(([type, text]) => `${type}=${escaped(text)}`).join('+'))
    .join(',');
}

const byBackslash = (character: string): string =>
  /[^\x20-\x7E]/u.test(character) ? character : `\\${character}`;
const byBytes = (character: string): string =>
  Buffer.from(character).toString('hex').replaceAll(/../g, '\\$&');

describe('a distinguished name', () => {
  test('is the same as it is written and in a certificate, however it is escaped', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(byBackslash, byBytes), (name, escape) => {
        const read = readWrittenName(written(name, escape));
        expect(read && canonicalName(read)).toBe(canonical(name));
      }),
    );
  });

  test('is another one with another step, another order or another attribute, whatever is in the values', () => {
    const folded = (name: Steps): string =>
      JSON.stringify(
        name.map((step) =>
          step
            .map(
              ([type, text]) =>
                `${type} ${text.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(/ +/g, ' ').trim()}`,
            )
            .toSorted(),
        ),
      );
    fc.assert(
      fc.property(steps, steps, (one, other) => {
        expect(canonical(one) === canonical(other)).toBe(folded(one) === folded(other));
      }),
    );
  });

  test('is read of any text without an exception, and never of the empty one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit }), fc.constant('')), (text) => {
        const read = readWrittenName(text);
        expect(read === undefined || (text !== '' && read.every((step) => step.length > 0))).toBe(true);
      }),
    );
  });

  test.each([
    ...[
      '',
      'CN',
      'CN=',
      'CN=a,',
      'CN=a+',
      ',CN=a',
      'CN=a,,O=b',
      'CN=a;O=b',
      'CN=a\\',
      'CN=a\\z',
      'CN="a"',
      'NOPE=a',
    ],
    ...[
      '1.2.3.4=a',
      '1.2.3.4=#',
      '1.2.3.4=#0c',
      '1.2.3.4=#0c0161ff',
      'CN=a\u200Bb',
      'CN=\\00',
      'CN=\\ff',
      'CN=\\20',
    ],
  ])('is not %j', (text) => {
    expect(readWrittenName(text)).toBeUndefined();
  });

  test.each([
    ['CN=James "Jim" Smith', undefined],
    [
      'CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net',
      [
        ['DC', 'net'],
        ['DC', 'example'],
        ['CN', 'James "Jim" Smith, III'],
      ],
    ],
    ['CN=Lu\\C4\\8Di\\C4\\87', [['CN', 'Lučić']]],
    [
      'cn = a  b , o=\\#x',
      [
        ['O', '#x'],
        ['CN', 'A B'],
      ],
    ],
    ['2.5.4.3=#130161', [['CN', 'a']]],
  ] as const)('as in RFC 4514 §4: %s', (text, name) => {
    const read = readWrittenName(text);
    expect(read && canonicalName(read)).toBe(name && canonical(name.map((one) => [one])));
  });
});

test('attributes of unknown types are compared by every byte, and identifiers of 128 bits stay apart', () => {
  const known = (text: string): string | undefined =>
    declaredName('tls_client_auth_subject_dn', text)?.canonical;
  expect(known('1.2.3.4=#0c0161')).not.toBe(known('1.2.3.4=#0c0141'));
  const [one, other] = [
    '2.25.329800735698586629295641978511506172918',
    '2.25.329800735698586629295641978511506172919',
  ];
  expect(known(`${one}=#0c0161`)).not.toBe(known(`${other}=#0c0161`));
  expect(dottedOid(oid('1.3.6.1.5.5.7.3.2').subarray(2))).toBe('1.3.6.1.5.5.7.3.2');
  expect(dottedOid(Buffer.from('883703', 'hex'))).toBe('2.999.3');
});

test('a number of a certificate takes no more bytes than it needs, and no parser takes it for a negative one', () => {
  const texts = ['00000005', '000080', '0000', '02', '80'].map((hex) =>
    integer(Buffer.from(hex, 'hex')).toString('hex'),
  );
  expect(texts).toEqual(['020105', '02020080', '020100', '020102', '02020080']);
});

describe('a certificate', () => {
  const certificate = fc.record({
    subject: steps,
    alternativeNames: fc.array(
      fc.record({
        kind: fc.constantFrom('dns' as const, 'uri' as const, 'email' as const),
        // In the text that Node makes of them, one of these could pass for several.
        value: fc.string({
          unit: fc.constantFrom(...Array.from('aZ.:/@,"\\ -*\0\n')),
          minLength: 1,
          maxLength: 12,
        }),
      }),
      { maxLength: 4 },
    ),
  });
  const kinds = { dns: 'san_dns', uri: 'san_uri', email: 'san_email' } as const;

  test('has the names that were put into it, each of its own kind, and no others', () => {
    fc.assert(
      fc.property(certificate, ({ subject, alternativeNames }) => {
        const made = makeCertificate({
          subject: subject.map((step) => step.map(([type, text]) => [types[type], text] as const)),
          alternativeNames,
        });
        const read = readClientCertificate(made.certificate);
        const plain = alternativeNames.filter(({ value: name }) => /^[\x21-\x7E]+$/.test(name));
        expect(read?.names.subject_dn).toEqual([canonical(subject)]);
        for (const [kind, names] of Object.entries(kinds)) {
          const put = plain.filter((name) => name.kind === kind).map(({ value: name }) => name.toLowerCase());
          expect(read?.names[names].map((name) => name.toLowerCase())).toEqual(put);
        }
        expect(read?.names.san_ip).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test('is nothing where it is not one, and never an exception', () => {
    const { certificate: sound } = makeCertificate({ subject: [[[types.CN, 'reporter']]] });
    const der = new X509Certificate(sound).raw;
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(der);
        changed[at] = byte;
        const pem = `-----BEGIN CERTIFICATE-----\n${changed.toString('base64')}\n-----END CERTIFICATE-----\n`;
        expect(() => readClientCertificate(pem)).not.toThrow();
      }),
    );
    for (const text of ['', 'reporter', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
      expect(readClientCertificate(text)).toBeUndefined();
    }
  });
});
