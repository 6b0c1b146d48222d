import type { ChangeRecord, Draft, Kind, Stored, Things } from '../../ports/registry-store.ts';
import { type Alias, aliasItem } from './alias.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { auditAttribute } from './stored.ts';
import { thingCodecs } from './thing-codec.ts';
import type { Step } from './transaction.ts';

const movedOn = { outcome: 'moved_on' } as const;

/** The item of a thing as version `version`, with the record of the change that makes it so. */
export function thingItem<K extends Kind>(
  kind: K,
  draft: Draft<Things[K]>,
  version: number,
  change: ChangeRecord,
): Item {
  return toItem({
    ...thingCodecs[kind].encode(draft.thing),
    seeded_digest: draft.seededDigest,
    version,
    audit: auditAttribute(change),
  });
}

export function registrationSteps<K extends Kind>(
  table: string,
  kind: K,
  draft: Draft<Things[K]>,
  change: ChangeRecord,
): readonly Step[] {
  const { identifiers, aliases, key } = thingCodecs[kind];
  const [own = key(draft.thing)] = identifiers(draft.thing);
  return [
    putNew(table, thingItem(kind, draft, 1, change), own),
    ...aliases(draft.thing).map((alias) => putNew(table, aliasItem(alias), alias.identifier)),
    ...identifiers(draft.thing).map((value) => claim(table, value, holderOf(kind, draft.thing), change)),
  ];
}

export function replacementSteps<K extends Kind>(
  table: string,
  kind: K,
  from: Stored<Things[K]>,
  draft: Draft<Things[K]>,
  change: ChangeRecord,
): readonly Step[] {
  const { identifiers, aliases, key } = thingCodecs[kind];
  const [before, after] = [identifiers(from.thing), identifiers(draft.thing)];
  const holder = holderOf(kind, draft.thing);
  const item = thingItem(kind, draft, from.version + 1, change);
  const sameKey = key(from.thing) === key(draft.thing);
  return [
    ...(sameKey
      ? [{ write: { Put: { TableName: table, Item: item, ...ifVersion(from.version) } }, otherwise: movedOn }]
      : [
          deleteVersion(table, key(from.thing), from.version),
          putNew(table, item, after[0] ?? key(draft.thing)),
        ]),
    ...aliasSteps(table, aliases(from.thing), aliases(draft.thing)),
    ...after.filter((value) => !before.includes(value)).map((value) => claim(table, value, holder, change)),
    ...before.filter((value) => !after.includes(value)).map((value) => release(table, value, holder, change)),
  ];
}

export function removalSteps<K extends Kind>(
  table: string,
  kind: K,
  from: Stored<Things[K]>,
  change: ChangeRecord,
): readonly Step[] {
  const { identifiers, aliases, key } = thingCodecs[kind];
  return [
    deleteVersion(table, key(from.thing), from.version),
    ...aliases(from.thing).map((alias) => deleteAlias(table, alias)),
    ...identifiers(from.thing).map((value) => release(table, value, holderOf(kind, from.thing), change)),
  ];
}

/** The condition under which an item is still the version that was read. */
export function ifVersion(version: number): {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
} {
  return {
    ConditionExpression: '#version = :from',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':from': { N: String(version) } },
  };
}

function holderOf(kind: Kind, thing: Things[Kind]): string {
  return `${kind}/${thing.id}`;
}

function putNew(table: string, item: Item, identifier: string): Step {
  return {
    write: { Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
    otherwise: { outcome: 'taken', identifier },
  };
}

function deleteVersion(table: string, key: string, version: number): Step {
  return {
    write: { Delete: { TableName: table, Key: { pk: { S: key } }, ...ifVersion(version) } },
    otherwise: movedOn,
  };
}

/** What makes the aliases `before` those `after`: moved where they name another thing now, made and removed. */
function aliasSteps(table: string, before: readonly Alias[], after: readonly Alias[]): readonly Step[] {
  const sameKey = (aliases: readonly Alias[], { key }: Alias): Alias | undefined =>
    aliases.find((alias) => alias.key === key);
  return [
    ...after.flatMap((alias) => {
      const old = sameKey(before, alias);
      if (old === undefined) return [putNew(table, aliasItem(alias), alias.identifier)];
      return old.target === alias.target ? [] : [moveAlias(table, old, alias)];
    }),
    ...before
      .filter((alias) => sameKey(after, alias) === undefined)
      .map((alias) => deleteAlias(table, alias)),
  ];
}

function moveAlias(table: string, from: Alias, to: Alias): Step {
  return {
    write: { Put: { TableName: table, Item: aliasItem(to), ...ifStill(from) } },
    otherwise: movedOn,
  };
}

function deleteAlias(table: string, alias: Alias): Step {
  const Key = { pk: { S: alias.key } };
  return { write: { Delete: { TableName: table, Key, ...ifStill(alias) } }, otherwise: movedOn };
}

function ifStill({ names, target }: Alias) {
  return {
    ConditionExpression: '#names = :target',
    ExpressionAttributeNames: { '#names': names },
    ExpressionAttributeValues: { ':target': { S: target } },
  };
}

function claim(table: string, value: string, holder: string, change: ChangeRecord): Step {
  const Item = toItem({ pk: keyOf.identifier(value), holder, audit: auditAttribute(change) });
  return {
    write: {
      Put: {
        TableName: table,
        Item,
        ConditionExpression: 'attribute_not_exists(pk) OR attribute_not_exists(#holder)',
        ExpressionAttributeNames: { '#holder': 'holder' },
      },
    },
    otherwise: { outcome: 'taken', identifier: value },
  };
}

/** A free identifier keeps the record of what freed it, which the removed thing itself no longer can. */
function release(table: string, value: string, holder: string, change: ChangeRecord): Step {
  const Item = toItem({ pk: keyOf.identifier(value), audit: auditAttribute(change) });
  return {
    write: {
      Put: {
        TableName: table,
        Item,
        ConditionExpression: '#holder = :holder',
        ExpressionAttributeNames: { '#holder': 'holder' },
        ExpressionAttributeValues: { ':holder': { S: holder } },
      },
    },
    otherwise: movedOn,
  };
}
