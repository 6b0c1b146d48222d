import { type DerElement, derElements, dottedOid } from './der.ts';

/** One attribute of a name: its type is a dotted object identifier. */
export interface NameAttribute {
  readonly type: string;
  readonly value: DerElement;
}

/** From the root on, as a certificate has it; the attributes of one step are in no order. */
export type DistinguishedName = readonly (readonly NameAttribute[])[];

/**
 * Attributes whose values are text that is compared without regard to case: those of RFC 4519 §2 and RFC 4524 §2 that stand in
 * certificates, and e-mail addresses (PKCS #9).
 */
const textTypes =
  /^(?:2\.5\.4\.(?:[3-9]|1[0-2]|42|97)|0\.9\.2342\.19200300\.100\.1\.(?:1|25)|1\.2\.840\.113549\.1\.9\.1)$/;

export function isTextAttribute(type: string): boolean {
  return textTypes.test(type);
}

/** UTF8String, and its parts NumericString, PrintableString and IA5String. */
const utf8Tags = [0x0c, 0x12, 0x13, 0x16];
const bmpString = 0x1e;

/** Reads the content of a name in DER. Throws a RangeError for what is none. */
export function nameInDer(name: Buffer): DistinguishedName {
  return derElements(name).map(({ content: step }) =>
    derElements(step).map(({ content: attribute }) => {
      const [type, value] = derElements(attribute);
      if (type === undefined || value === undefined) throw new RangeError('not a name');
      return { type: dottedOid(type.content), value };
    }),
  );
}

/**
 * A text that two names share where distinguishedNameMatch (RFC 4517 §4.2.15) says that they are one. What its rules
 * cannot be told of is compared byte by byte, so that no two names are taken for one which are not.
 */
export function canonicalName(name: DistinguishedName): string {
  return JSON.stringify(name.map((step) => step.map(canonicalAttribute).toSorted()));
}

function canonicalAttribute({ type, value }: NameAttribute): string {
  const text = isTextAttribute(type) ? textOf(value) : undefined;
  const prepared = text === undefined ? undefined : preparedText(text);
  return prepared === undefined ? `${type}#${value.whole.toString('hex')}` : `${type}=${prepared}`;
}

function textOf({ tag, content }: DerElement): string | undefined {
  if (utf8Tags.includes(tag)) return content.toString();
  return tag === bmpString ? Buffer.from(content).swap16().toString('utf16le') : undefined;
}

/**
 * RFC 4518 §2, for caseIgnoreMatch. A value with characters that those rules would take away is compared as it is:
 * undefined.
 */
export function preparedText(text: string): string | undefined {
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC');
  if (/[\p{C}\p{Default_Ignorable_Code_Point}\uFFFD]/u.test(folded)) return undefined;
  return folded.replaceAll(/\s+/g, ' ').trim();
}
