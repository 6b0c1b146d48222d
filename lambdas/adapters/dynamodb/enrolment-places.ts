import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { EnrolmentName, Enrolments, Place } from '../../ports/enrolments.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, type PlainRecord, toItem } from './attributes.ts';
import { decodePlaces } from './enrolment-codec.ts';
import { keyOf } from './keys.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * The places at one provider are one item, each an attribute by the client's id beside their number: to take one is one
 * conditional update of it, and what it lists is all that there can be at the provider.
 */
export function enrolmentPlaces(
  options: Options,
): Pick<Enrolments, 'take' | 'hold' | 'beginLeaving' | 'places' | 'called'> {
  const { client, table } = options;
  return {
    take: (place, quota) => take(options, place, quota),
    hold: (place, { since, attempt }) =>
      changePlace(options, place, {
        set: 'SET #client.since = :since, #client.attempt = :next',
        values: { ':since': since, ':next': attempt },
        where: 'attribute_not_exists(#client.leaving) AND attribute_not_exists(#client.emptied)',
        isOurs: (item) => item[place.client]?.M?.['attempt']?.S === attempt,
      }),
    beginLeaving: (place) =>
      changePlace(options, place, { set: 'SET #client.leaving = :yes', values: { ':yes': true } }),
    places: async (idp) => {
      const command = new GetItemCommand({ ...placesKey(table, idp), ConsistentRead: true });
      const { Item } = await calling('DynamoDB', () => client.send(command));
      return Item === undefined ? [] : decodePlaces(idp, Item);
    },
    called: async ({ idp, client: named }, upstreamName) => {
      const [values, names] = [{ ':name': upstreamName }, { '#name': 'name' }];
      const name = { idp, client: named };
      await changePlace(options, name, { set: 'SET #client.#name = :name', values, names });
    },
  };
}

async function take(
  { client, table }: Options,
  place: Place,
  quota: number,
): Promise<'taken' | 'full' | Place> {
  const { idp, client: name, attempt, since } = place;
  const command = new UpdateItemCommand({
    ...placesKey(table, idp),
    UpdateExpression: 'SET #client = :place ADD taken :one',
    ConditionExpression: 'attribute_not_exists(#client) AND (attribute_not_exists(taken) OR taken < :quota)',
    ExpressionAttributeNames: { '#client': name },
    ExpressionAttributeValues: toItem({
      ':place': { since, name: place.name, attempt },
      ':one': 1,
      ':quota': quota,
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const placeIn = (item: Item): Place | undefined =>
    decodePlaces(idp, item).find((each) => each.client === name);
  const { won, item } = await writeOnce(
    () => client.send(command),
    (kept) => placeIn(kept)?.attempt === attempt,
  );
  return won ? 'taken' : ((item && placeIn(item)) ?? 'full');
}

interface PlaceChange {
  readonly set: string;
  readonly values: PlainRecord;
  readonly names?: Readonly<Record<string, string>>;
  readonly where?: string;
  readonly isOurs?: (item: Item) => boolean;
}

/**
 * Changes a place that is there, and only as that attempt has it, if one is named. What is free already, by a try whose reply
 * was lost too, is neither marked nor counted again.
 */
export async function changePlace(
  { client, table }: Options,
  { idp, client: name, attempt }: EnrolmentName & Partial<Pick<Place, 'attempt'>>,
  { set, values, names = {}, where, isOurs = () => false }: PlaceChange,
): Promise<boolean> {
  const conditions = [
    attempt === undefined ? 'attribute_exists(#client)' : '#client.attempt = :attempt',
    ...(where === undefined ? [] : [where]),
  ];
  const command = new UpdateItemCommand({
    ...placesKey(table, idp),
    UpdateExpression: set,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: { '#client': name, ...names },
    ExpressionAttributeValues: toItem({ ...values, ...(attempt !== undefined && { ':attempt': attempt }) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const { won } = await writeOnce(() => client.send(command), isOurs);
  return won;
}

function placesKey(table: string, idp: IdpId) {
  return { TableName: table, Key: { pk: { S: keyOf.enrolmentPlaces(idp) } } };
}
