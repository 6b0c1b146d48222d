import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  Connection,
  ConnectionBinding,
  ConnectionPlace,
  Connections,
  Holder,
} from '../../ports/connections.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { type Change, connecting, disconnecting, leasing, pausing, removing } from './connection-changes.ts';
import { decodeConnection } from './connection-codec.ts';
import { type Settlement, settling } from './connection-outcomes.ts';
import { holderAccounts, providersIn } from './holder-accounts.ts';
import { keyOf } from './keys.ts';
import { type Written, writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** As many as DynamoDB gives at once. */
const mostAtOnce = 100;

/** Connected accounts at third parties, in the vault table. */
export function dynamoConnections(options: Options): Connections {
  const { client, table } = options;
  const accounts = holderAccounts(options);
  const keyed = (place: ConnectionPlace) => ({
    TableName: table,
    Key: { pk: { S: keyOf.connection(place) } },
  });
  const onFailure = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const update = (place: ConnectionPlace, change: Change, isOurs: (item: Item) => boolean) => {
    const command = new UpdateItemCommand({ ...keyed(place), ...change, ...onFailure });
    return writeOnce(() => client.send(command), isOurs);
  };
  return {
    find: async (place) => {
      const get = new GetItemCommand({ ...keyed(place), ConsistentRead: true });
      const { Item } = await calling('DynamoDB', () => client.send(get));
      return Item && decodeConnection(Item);
    },
    of: (holder, likely) => connectionsOf(options, holder, new Set(likely)),
    connect: async (connection, now) => {
      const put = new PutItemCommand({ TableName: table, ...connecting(connection, now), ...onFailure });
      const isOurs = (item: Item): boolean => item['attempt']?.S === connection.attempt;
      await accounts.note(connection);
      const { won } = await writeOnce(() => client.send(put), isOurs);
      const { replaces } = connection;
      const over = won ? replaces && { ...connection, connection: replaces.connection } : connection;
      if (over !== undefined) await accounts.strike(over);
      return won;
    },
    lease: async (connection, lease, now) => {
      const isOurs = (item: Item): boolean => item['lease']?.M?.['attempt']?.S === lease.attempt;
      return (await update(connection, leasing(connection, lease, now), isOurs)).won;
    },
    settle: (binding, attempt, outcome, now) => settle(update, binding, { attempt, outcome, now }),
    pause: async (binding, until) => {
      // It asks for nothing back: the proxy writes it, which may name these attributes alone.
      const command = new UpdateItemCommand({ ...keyed(binding), ...pausing(binding, until) });
      await writeOnce(() => client.send(command));
    },
    disconnect: async (binding, now) => {
      const isDone = (item: Item): boolean =>
        item['connection']?.S === binding.connection && item['state']?.S === 'disconnecting';
      return (await update(binding, disconnecting(binding, now), isDone)).won;
    },
    remove: async (binding, attempt) => {
      const remove = new DeleteItemCommand({
        ...keyed(binding),
        ...removing(binding, attempt),
        ...onFailure,
      });
      const { won, item } = await writeOnce(() => client.send(remove));
      const isGone = won || item?.['connection']?.S !== binding.connection;
      if (isGone) await accounts.strike(binding);
      return isGone;
    },
  };
}

async function connectionsOf(
  options: Options,
  holder: Holder,
  likely: ReadonlySet<EgressProviderId>,
): Promise<readonly Connection[]> {
  const keysAt = (providers: Iterable<EgressProviderId>) =>
    [...providers].map((provider) => keyOf.connection({ provider, holder }));
  const accounts = keyOf.accountsOf(holder);
  const first = await readAll(options, [accounts, ...keysAt(likely)]);
  const others = providersIn(first.get(accounts)).filter((provider) => !likely.has(provider));
  const second = await readAll(options, keysAt(others));
  const items = [...first, ...second].filter(([key]) => key !== accounts);
  return items.map(([, item]) => decodeConnection(item));
}

async function readAll(
  { client, table }: Options,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const batches = Array.from({ length: Math.ceil(keys.length / mostAtOnce) }, (_, nth) =>
    batchGet(client, table, keys.slice(nth * mostAtOnce, (nth + 1) * mostAtOnce)),
  );
  return new Map((await Promise.all(batches)).flatMap((found) => [...found]));
}

type Update = (place: ConnectionPlace, change: Change, isOurs: (item: Item) => boolean) => Promise<Written>;

/**
 * Somebody may have disconnected it since the lease was taken: then what came of it is written as it counts for that. Nothing
 * leads back from there, so that the second write meets what the first one was refused by.
 */
async function settle(update: Update, binding: ConnectionBinding, settlement: Settlement): Promise<boolean> {
  const isOurs = (item: Item): boolean => item['settled']?.S === settlement.attempt;
  const { won, item } = await update(binding, settling(binding, settlement, 'active'), isOurs);
  if (won || item?.['state']?.S !== 'disconnecting') return won;
  const asWhat = item['lease']?.M?.['revoking']?.BOOL === true ? 'revoking' : 'disconnecting';
  return (await update(binding, settling(binding, settlement, asWhat), isOurs)).won;
}
