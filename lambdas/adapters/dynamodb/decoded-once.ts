import type { Item } from './attributes.ts';

/** A decoder for cached items: each item is decoded once, not once a request. */
export function decodedOnce<Thing>(decode: (item: Item) => Thing): (item: Item) => Thing {
  const known = new WeakMap<Item, { readonly thing: Thing }>();
  return (item) => {
    const entry = known.get(item) ?? { thing: decode(item) };
    known.set(item, entry);
    return entry.thing;
  };
}
