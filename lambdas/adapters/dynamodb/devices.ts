import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DevicePoll, Devices, WaitingDevice } from '../../ports/devices.ts';
import type { DeviceId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { decisionAttribute, decodeDevice, encodeDevice } from './device-codec.ts';
import { keyOf } from './keys.ts';
import { writeOnce, type Written } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

type Update = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Devices that wait for people, in the grants table: one item each, one conditional write for each step. */
export function dynamoDevices(options: Options): Devices {
  const { client, table } = options;
  return {
    begin: (device) => begin(options, device),
    find: async (id) => {
      const question = new GetItemCommand({ TableName: table, Key: keyFor(id), ConsistentRead: true });
      const { Item: item } = await calling('DynamoDB', () => client.send(question));
      return item && decodeDevice(item);
    },
    decide: async (id, { decision, at, attempt }) => {
      const write: Update = {
        UpdateExpression: 'SET #decision = :decision, decided_at = :at, decided_by = :attempt',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#decision) AND expires_at > :at',
        ExpressionAttributeNames: { '#decision': 'decision' },
        ExpressionAttributeValues: toItem({
          ':decision': decisionAttribute(decision),
          ...{ ':at': at, ':attempt': attempt },
        }),
      };
      const { won, item } = await mark(options, id, write, { name: 'decided_by', attempt });
      return won ? { won } : { won, taken: item && decodeDevice(item) };
    },
    notePoll: async (poll) => {
      const { seen, attempt } = poll;
      return (await mark(options, seen.id, noted(poll), { name: 'polled_by', attempt })).won;
    },
  };
}

async function begin({ client, table }: Options, device: WaitingDevice): Promise<boolean> {
  const write = new PutItemCommand({
    TableName: table,
    Item: toItem(encodeDevice(device)),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  // No two devices have one secret.
  return (
    await writeOnce(
      () => client.send(write),
      (item) => item['digest']?.S === device.digest,
    )
  ).won;
}

function noted({ seen, at, interval, attempt }: DevicePoll): Update {
  const { polledAt } = seen;
  return {
    UpdateExpression: 'SET polled_at = :at, polled_by = :attempt, #interval = :interval',
    ConditionExpression:
      polledAt === undefined
        ? 'attribute_exists(pk) AND attribute_not_exists(polled_at)'
        : 'polled_at = :polled AND #interval = :seen',
    ExpressionAttributeNames: { '#interval': 'interval' },
    ExpressionAttributeValues: toItem({
      ...{ ':at': at, ':attempt': attempt, ':interval': interval },
      ...(polledAt !== undefined && { ':polled': polledAt, ':seen': seen.interval }),
    }),
  };
}

function mark(
  { client, table }: Options,
  id: DeviceId,
  update: Update,
  { name, attempt }: { readonly name: 'decided_by' | 'polled_by'; readonly attempt: string },
): Promise<Written> {
  const write = new UpdateItemCommand({
    ...{ TableName: table, Key: keyFor(id), ...update },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return writeOnce(
    () => client.send(write),
    (item) => item[name]?.S === attempt,
  );
}

function keyFor(id: DeviceId): Item {
  return { pk: { S: keyOf.device(id) } };
}
