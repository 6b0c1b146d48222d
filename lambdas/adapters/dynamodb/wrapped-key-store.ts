import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { WrappedKey, WrappedKeyStore } from '../../ports/wrapped-keys.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { transact } from './transaction.ts';
import { decodeIntent, encodeIntent, encodeWrappedKey } from './wrapped-key-codec.ts';
import { dynamoWrappedKeys, getItem } from './wrapped-keys.ts';

/** The wrapped signing keys as those who make them see them: a key and its intent come and go in one transaction. */
export function dynamoWrappedKeyStore(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): WrappedKeyStore {
  const { client, table } = options;
  const { find } = dynamoWrappedKeys(options);

  const findByIntent: WrappedKeyStore['findByIntent'] = async (intent) => {
    const alias = await getItem(options, keyOf.wrappedKeyIntent(intent));
    return alias && find(decodeIntent(alias));
  };
  const allOrNothing = (...writes: readonly TransactWriteItem[]) =>
    transact(
      client,
      writes.map((write) => ({ write, otherwise: { outcome: 'moved_on' } })),
    );

  return {
    find,
    findByIntent,
    add: async (key) => {
      await allOrNothing(putNew(table, encodeWrappedKey(key)), putNew(table, encodeIntent(key)));
      const kept = await findByIntent(key.intent);
      if (kept === undefined) throw gone(key);
      return kept;
    },
    remove: async (kid) => {
      const key = await find(kid);
      if (key === undefined) return;
      await allOrNothing(
        remove(table, keyOf.wrappedKey(kid)),
        remove(table, keyOf.wrappedKeyIntent(key.intent)),
      );
    },
  };
}

function putNew(table: string, record: Parameters<typeof toItem>[0]): TransactWriteItem {
  return {
    Put: { TableName: table, Item: toItem(record), ConditionExpression: 'attribute_not_exists(pk)' },
  };
}

function remove(table: string, key: string): TransactWriteItem {
  return { Delete: { TableName: table, Key: { pk: { S: key } } } };
}

/** Made and destroyed by others within the time of one write: whoever asked may ask again. */
function gone({ intent }: WrappedKey): DependencyUnavailable {
  return new DependencyUnavailable('DynamoDB', { cause: new Error(`no key is kept for ${intent}`) });
}
