import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ConnectionBinding, ConnectionPlace, Connections } from '../../ports/connections.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { type Change, connecting, disconnecting, leasing, pausing, removing } from './connection-changes.ts';
import { decodeConnection } from './connection-codec.ts';
import { type Settlement, settling } from './connection-outcomes.ts';
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
    of: async (holder, providers) => {
      const keys = [...new Set(providers)].map((provider) => keyOf.connection({ provider, holder }));
      const batches = Array.from({ length: Math.ceil(keys.length / mostAtOnce) }, (_, nth) =>
        batchGet(client, table, keys.slice(nth * mostAtOnce, (nth + 1) * mostAtOnce)),
      );
      return (await Promise.all(batches)).flatMap((found) => [...found.values()].map(decodeConnection));
    },
    connect: async (connection, now) => {
      const put = new PutItemCommand({ TableName: table, ...connecting(connection, now), ...onFailure });
      const isOurs = (item: Item): boolean => item['attempt']?.S === connection.attempt;
      return (await writeOnce(() => client.send(put), isOurs)).won;
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
      return won || item?.['connection']?.S !== binding.connection;
    },
  };
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
