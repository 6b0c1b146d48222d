import { nearest } from './nearest.ts';

/** One thing wrong with a config: where, and what to write there. */
export interface Problem {
  /** `resources[0].scopes`; empty for the config as a whole. */
  readonly path: string;
  /** The value and the fix, to be read after the path. */
  readonly text: string;
}

type Key = string | number;

const plainKey = /^[A-Za-z_$][\w$]*$/;

export function pathOf(keys: readonly Key[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    if (!plainKey.test(key)) return `${path}['${key}']`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

/** A value as a message shows it: short, and nothing of what is inside an object. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 120 ? `${value.slice(0, 120)}…` : value}'`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

/** The fix for a name that is none of `known`. */
export function didYouMean(name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  return guess === undefined ? `use one of ${known.join(', ')}` : `did you mean '${guess}'?`;
}

/** What is wrong with the name of something that the config has to hold. */
export function unknownReference(
  path: string,
  id: string,
  what: 'agent' | 'resource',
  things: readonly { readonly id: string }[],
): Problem[] {
  const ids = things.map((thing) => thing.id);
  if (ids.includes(id)) return [];
  const fix = ids.length === 0 ? `the config has no ${what}s: add it` : didYouMean(id, ids);
  return [{ path, text: `${show(id)} is no ${what} of this config; ${fix}` }];
}
