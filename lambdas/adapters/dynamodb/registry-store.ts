import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DownstreamApi } from '../../ports/downstream-apis.ts';
import type { RegistryStore, TargetNames } from '../../ports/registry-store.ts';
import type { Resource } from '../../ports/registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { decodeApi } from './api-codec.ts';
import type { Item } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { endSteps } from './end-steps.ts';
import { keyOf } from './keys.ts';
import { pageOf } from './registry-pages.ts';
import { registrationSteps, removalSteps, replacementSteps, thingItem } from './registry-steps.ts';
import { decodeResource, decodeTargetAlias } from './resource-codec.ts';
import { decodeStored, thingCodecs } from './thing-codec.ts';
import { transact } from './transaction.ts';
import { putVersion } from './versioned-put.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The grants table, where the ends of principals are kept. */
  readonly grants: string;
}

/**
 * The registry as those who change it see it. A change that touches identifiers or aliases, or ends a principal or brings
 * it back, is a transaction over the thing, its claims, its aliases and its end; any other is one conditional write of
 * one item.
 */
export function dynamoRegistryStore(options: Options): RegistryStore {
  const { client, table, grants } = options;
  return {
    find: async (kind, id) => {
      const item = await thingCodecs[kind].locate((key) => get(options, key), id);
      const stored = item && decodeStored(kind, item);
      // A resource takes two reads, and between them its URI may have become another's.
      return stored?.thing.id === id ? stored : undefined;
    },
    resources: (names) => resourcesAmong(options, names),
    apis: (names) => apisAmong(options, names),
    list: (kind, page) => pageOf(options, kind, page),
    register: (kind, draft, change) => transact(client, registrationSteps(table, kind, draft, change)),
    replace: async (kind, from, draft, change) => {
      const { identifiers, aliases } = thingCodecs[kind];
      const namesOf = (thing: typeof from.thing): readonly string[] => [
        ...identifiers(thing),
        ...aliases(thing).map(({ key }) => key),
      ];
      const ends = endSteps(grants, kind, from, draft.thing, systemClock());
      if (ends.length === 0 && sameMembers(namesOf(from.thing), namesOf(draft.thing))) {
        const item = thingItem(kind, draft, from.version + 1, change);
        const stored = await putVersion(options, item, from.version);
        return { outcome: stored ? 'written' : 'moved_on' };
      }
      return transact(client, [...replacementSteps(table, kind, from, draft, change), ...ends]);
    },
    remove: async (kind, from, change) => {
      const ends = endSteps(grants, kind, from, undefined, systemClock());
      const steps = [...removalSteps(table, kind, from, change), ...ends];
      const { outcome } = await transact(client, steps);
      return outcome === 'written' ? 'removed' : 'moved_on';
    },
  };
}

async function resourcesAmong(options: Options, names: TargetNames): Promise<readonly Resource[]> {
  const items = await itemsAmong(options, names, keyOf.resource);
  return items.map(decodeResource).filter(isAmong(names));
}

async function apisAmong(options: Options, names: TargetNames): Promise<readonly DownstreamApi[]> {
  const items = await itemsAmong(options, names, keyOf.api);
  return items.map(decodeApi).filter(isAmong(names));
}

async function itemsAmong(
  { client, table }: Options,
  { uris, ids }: TargetNames,
  key: (uri: ResourceUri) => string,
): Promise<readonly Item[]> {
  const aliases = await batchGet(client, table, distinct(ids.map(keyOf.targetAlias)));
  const all = [...uris, ...[...aliases.values()].map(decodeTargetAlias)];
  return [...(await batchGet(client, table, distinct(all.map(key)))).values()];
}

/** Between the reading of an alias and of what it names, the URI may have become another's. */
function isAmong({ uris, ids }: TargetNames): (target: Resource | DownstreamApi) => boolean {
  return ({ uri, id }) => uris.includes(uri) || ids.includes(id);
}

async function get({ client, table }: Options, key: string): Promise<Item | undefined> {
  const { Item } = await calling('DynamoDB', () =>
    client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true })),
  );
  return Item;
}

function distinct(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)];
}

/** Identifiers in the same order: the first is what the item's own key is made of. */
function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, position) => value === other[position]);
}
