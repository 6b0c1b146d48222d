import * as v from 'valibot';
import { type Item, toItem } from './attributes.ts';
import { decode, text } from './stored.ts';

/** Another key under which a thing is found: an item of its own, because no index answers the request path. */
export interface Alias {
  readonly key: string;
  /** The attribute that names the thing, and the name. */
  readonly names: 'uri' | 'client_id';
  readonly target: string;
  /** What a person is told is taken where another thing has the alias. */
  readonly identifier: string;
}

export function aliasItem({ key, names, target }: Alias): Item {
  return toItem({ pk: key, [names]: target });
}

/** Whom an alias names. */
export function targetOf(names: Alias['names'], item: Item): string {
  return String(decode(v.object({ pk: text, [names]: text }), item)[names]);
}
