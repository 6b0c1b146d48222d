import type { ChangeRecord, Draft, Kind, Stored, Things } from '../../ports/registry-store.ts';
import type { Resource } from '../../ports/registry.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { encodeAlias } from './resource-codec.ts';
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
  const { identifiers, key } = thingCodecs[kind];
  const [own = key(draft.thing)] = identifiers(draft.thing);
  return [
    putNew(table, thingItem(kind, draft, 1, change), own),
    ...(isResource(draft.thing) ? [putNew(table, toItem(encodeAlias(draft.thing)), draft.thing.id)] : []),
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
  const { identifiers, key } = thingCodecs[kind];
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
          ...(isResource(from.thing) && isResource(draft.thing)
            ? [moveAlias(table, from.thing, draft.thing)]
            : []),
        ]),
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
  const { identifiers, key } = thingCodecs[kind];
  return [
    deleteVersion(table, key(from.thing), from.version),
    ...(isResource(from.thing) ? [deleteAlias(table, from.thing)] : []),
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

function isResource(thing: Things[Kind]): thing is Resource {
  return 'uri' in thing;
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

function moveAlias(table: string, before: Resource, after: Resource): Step {
  return {
    write: { Put: { TableName: table, Item: toItem(encodeAlias(after)), ...ifAliasOf(before) } },
    otherwise: movedOn,
  };
}

function deleteAlias(table: string, resource: Resource): Step {
  const Key = { pk: { S: keyOf.resourceAlias(resource.id) } };
  return { write: { Delete: { TableName: table, Key, ...ifAliasOf(resource) } }, otherwise: movedOn };
}

function ifAliasOf(resource: Resource) {
  return {
    ConditionExpression: '#uri = :uri',
    ExpressionAttributeNames: { '#uri': 'uri' },
    ExpressionAttributeValues: { ':uri': { S: resource.uri } },
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
