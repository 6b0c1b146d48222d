import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Enrolment, EnrolmentLease, EnrolmentName, Enrolments, Place } from '../../ports/enrolments.ts';
import type { SealedToken } from '../../ports/vault.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { calling } from '../aws.ts';
import { type Item, type PlainRecord, toItem } from './attributes.ts';
import { decodeEnrolment, decodePlaces, enrolmentItem } from './enrolment-codec.ts';
import { keyOf } from './keys.ts';
import { sealedAttribute } from './vault-codec.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * Enrolments, in the vault table. The places at one provider are one item, each an attribute by the client's id beside their
 * number: to take one is one conditional update of it, and what it lists is all that there can be at the provider.
 */
export function dynamoEnrolments(options: Options): Enrolments {
  const { client, table } = options;
  const enrolmentKey = (name: EnrolmentName) => ({
    TableName: table,
    Key: { pk: { S: keyOf.enrolment(name.idp, name.client) } },
  });
  const read = async (key: ReturnType<typeof placesKey>): Promise<Item | undefined> => {
    const command = new GetItemCommand({ ...key, ConsistentRead: true });
    return (await calling('DynamoDB', () => client.send(command))).Item;
  };
  return {
    take: (place, quota) => take(options, place, quota),
    places: async (idp) => {
      const item = await read(placesKey(table, idp));
      return item === undefined ? [] : decodePlaces(idp, item);
    },
    keep: async (enrolment) => {
      const attempt = systemRandom(16);
      const command = new PutItemCommand({
        TableName: table,
        Item: { ...enrolmentItem(enrolment), attempt: { S: attempt } },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const isKept = await wins(
        () => client.send(command),
        (item) => item['attempt']?.S === attempt,
      );
      if (!isKept) throw new Error('another client is kept for that one already');
    },
    find: async (name) => {
      const item = await read(enrolmentKey(name));
      return item && decodeEnrolment(item);
    },
    lease: (enrolment, lease, what, now) => {
      const command = new UpdateItemCommand({
        ...enrolmentKey(enrolment),
        ...leasing(enrolment, lease, what, now),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return wins(
        () => client.send(command),
        (item) => item['lease']?.M?.['attempt']?.S === lease.attempt,
      );
    },
    settle: (name, attempt, registration) => settle(options, enrolmentKey(name), attempt, registration),
    called: (name, upstreamName) =>
      changePlace(options, name, 'SET #client.#name = :name', { ':name': upstreamName }, { '#name': 'name' }),
    forget: async (name) => {
      await changePlace(options, name, 'SET #client.emptied = :yes', { ':yes': true });
      await calling('DynamoDB', () => client.send(new DeleteItemCommand(enrolmentKey(name))));
      await changePlace(options, name, 'REMOVE #client ADD taken :less', { ':less': -1 });
    },
  };
}

/** The registration that was read: who read one that was replaced since would send a spent one. */
function leasing(
  { registration }: Enrolment,
  lease: EnrolmentLease,
  what: 'change' | 'removal',
  now: Instant,
): Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  return {
    UpdateExpression: `SET #lease = :lease${what === 'change' ? ', unsure = :yes' : ''}`,
    ConditionExpression:
      'registration.ciphertext = :seen AND (attribute_not_exists(#lease) OR #lease.#until <= :now)',
    ExpressionAttributeNames: { '#lease': 'lease', '#until': 'until' },
    ExpressionAttributeValues: toItem({
      ...{ ':lease': { ...lease }, ':seen': registration?.ciphertext, ':now': now },
      ...(what === 'change' && { ':yes': true }),
    }),
  };
}

async function settle(
  { client }: Options,
  key: Pick<UpdateItemCommandInput, 'TableName' | 'Key'>,
  attempt: string,
  registration: SealedToken | undefined,
): Promise<void> {
  const isKept = registration !== undefined;
  const command = new UpdateItemCommand({
    ...{ TableName: key.TableName, Key: key.Key },
    UpdateExpression: `SET settled = :attempt${isKept ? ', registration = :new' : ''} REMOVE #lease, unsure`,
    ConditionExpression: '#lease.attempt = :attempt',
    ExpressionAttributeNames: { '#lease': 'lease' },
    ExpressionAttributeValues: toItem({
      ':attempt': attempt,
      ...(isKept && { ':new': sealedAttribute(registration) }),
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const isSettled = await wins(
    () => client.send(command),
    (item) => item['settled']?.S === attempt,
  );
  if (!isSettled) throw new Error('the lease of a registration was over before it was settled');
}

async function take({ client, table }: Options, place: Place, quota: number): Promise<boolean> {
  const attempt = systemRandom(16);
  const command = new UpdateItemCommand({
    ...placesKey(table, place.idp),
    UpdateExpression: 'SET #client = :place ADD taken :one',
    ConditionExpression: 'attribute_not_exists(#client) AND (attribute_not_exists(taken) OR taken < :quota)',
    ExpressionAttributeNames: { '#client': place.client },
    ExpressionAttributeValues: toItem({
      ':place': { since: place.since, name: place.name, attempt },
      ':one': 1,
      ':quota': quota,
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return wins(
    () => client.send(command),
    (item) => item[place.client]?.M?.['attempt']?.S === attempt,
  );
}

/** What is free already, by a try whose reply was lost too, is neither marked nor counted again. */
async function changePlace(
  { client, table }: Options,
  { idp, client: name }: EnrolmentName,
  UpdateExpression: string,
  values: PlainRecord,
  names: Readonly<Record<string, string>> = {},
): Promise<void> {
  const command = new UpdateItemCommand({
    ...placesKey(table, idp),
    ...{ UpdateExpression, ExpressionAttributeValues: toItem(values) },
    ConditionExpression: 'attribute_exists(#client)',
    ExpressionAttributeNames: { '#client': name, ...names },
  });
  await wins(
    () => client.send(command),
    () => true,
  );
}

function placesKey(table: string, idp: IdpId) {
  return { TableName: table, Key: { pk: { S: keyOf.enrolmentPlaces(idp) } } };
}

/** Whether a conditional write was this call's: the SDK sends one again whose reply was lost. */
function wins(write: () => Promise<unknown>, isOurs: (item: Item) => boolean): Promise<boolean> {
  return calling('DynamoDB', async () => {
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item !== undefined && isOurs(error.Item);
    }
  });
}
