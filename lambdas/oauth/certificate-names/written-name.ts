import { type DerElement, derElements } from './der.ts';
import {
  type DistinguishedName,
  isTextAttribute,
  type NameAttribute,
  preparedText,
} from './distinguished-name.ts';

/** RFC 4514 §3, and what people write besides: the short names of attributes, in any case. */
const shortNames: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  GIVENNAME: '2.5.4.42',
  ORGANIZATIONIDENTIFIER: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
};

/** One attribute and what ends it; a backslash stands before what would end it, and before the hex digits of a byte. */
const attribute =
  / *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *= *(?:#((?:[0-9A-Fa-f]{2})+)|((?:[^\\"+,;<>\0]|\\(?:[0-9A-Fa-f]{2}|[ "#+,;<=>\\]))*)) *([,+]|$)/;

/** Reads the written form of a name (RFC 4514 §3); undefined for a text that is none, or that no certificate has. */
export function readWrittenName(text: string): DistinguishedName | undefined {
  const steps: NameAttribute[][] = [[]];
  const next = new RegExp(attribute, 'y');
  while (next.lastIndex < text.length) {
    const [, type = '', hex, value = '', end] = next.exec(text) ?? [];
    const one = attributeOf(type, hex, value);
    if (one === undefined) return undefined;
    steps[0]?.push(one);
    // RFC 4514 §2.1: written from the leaf to the root.
    if (end === ',') steps.unshift([]);
    if (end === '') return steps;
  }
  return undefined;
}

function attributeOf(name: string, hex: string | undefined, escaped: string): NameAttribute | undefined {
  const isDotted = /^\d/.test(name);
  const type = isDotted ? name : shortNames[name.toUpperCase()];
  if (type === undefined || name === '') return undefined;
  const value = hex === undefined ? textElement(escaped) : onlyElement(Buffer.from(hex, 'hex'));
  // RFC 4514 §2.4: a value of another type is written as #hex, for nothing tells how its text would be kept.
  const isTold = hex !== undefined || isTextAttribute(type);
  return value === undefined || !isTold ? undefined : { type, value };
}

function textElement(escaped: string): DerElement | undefined {
  const pieces = escaped.matchAll(/\\([0-9A-Fa-f]{2})|\\(.)|[^\\]+/g);
  const content = Buffer.concat(
    Array.from(pieces, ([piece, hex, plain = piece]) =>
      hex === undefined ? Buffer.from(plain) : Buffer.from(hex, 'hex'),
    ),
  );
  const prepared = preparedText(content.toString()) ?? '';
  return prepared === '' ? undefined : { tag: 0x0c, content, whole: content };
}

function onlyElement(bytes: Buffer): DerElement | undefined {
  try {
    const [value, ...more] = derElements(bytes);
    return more.length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
