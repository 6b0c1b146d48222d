import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** One stored item in DynamoDB's own notation. */
export type Item = Record<string, AttributeValue>;

/** What our items are made of: JSON without `null`. */
export type Plain =
  string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain | undefined };

export type PlainRecord = Readonly<Record<string, Plain | undefined>>;

/** Writes a record as an item; members that are `undefined` are left out. */
export function toItem(record: PlainRecord): Item {
  const present = Object.entries(record).filter((entry): entry is [string, Plain] => entry[1] !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, toAttribute(value)]));
}

/**
 * Reads an item back. An attribute of a type that we never write is `undefined`: a later version may have one of its
 * own, and where this version knows the attribute its schema refuses it.
 */
export function fromItem(item: Item): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)]));
}

function toAttribute(value: Plain): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: toItem(value) };
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function fromAttribute(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromItem(value.M);
  return undefined;
}
