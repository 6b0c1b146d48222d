/** A name as RFCs write it, as code writes it. */
type CamelName<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name;

/** A name as code writes it, as RFCs write it. */
type SnakeName<Name> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeName<Rest>}`
  : Name;

type Leaf = string | number | boolean | undefined;

/** What is written with the names of the wire, with those of the code. */
export type Camel<Written> = Written extends Leaf
  ? Written
  : Written extends readonly (infer Member)[]
    ? readonly Camel<Member>[]
    : { readonly [Name in keyof Written as CamelName<Name>]: Camel<Written[Name]> };

/** The same the other way. */
export type Snake<Thing> = Thing extends Leaf
  ? Thing
  : Thing extends readonly (infer Member)[]
    ? readonly Snake<Member>[]
    : { readonly [Name in keyof Thing as SnakeName<Name>]: Snake<Thing[Name]> };

/** Only for what has no free names: those are values of entries. */
export function camelMembers<Written extends object>(written: Written): Camel<Written> {
  return renamed(written, (name) =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  ) as Camel<Written>;
}

export type Plain = Leaf | readonly Plain[] | { readonly [name: string]: Plain };

/** The same back again. */
export function snakeMembers(thing: object): Readonly<Record<string, Plain>> {
  return renamed(thing, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as Readonly<
    Record<string, Plain>
  >;
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((member) => renamed(member, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [rename(name), renamed(member, rename)]),
  );
}
