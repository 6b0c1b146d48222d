import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { type Circuit, type Circuits, recentSeconds } from '../../ports/circuits.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** So old a circuit may be that an instance goes by. Seconds. */
const keptSeconds = 5;

/** Nothing that failed so long ago says anything. Seconds. */
const sweepMarginSeconds = 3_600;

const storedCircuit = v.object({
  pk: text,
  failures: v.exactOptional(whole, 0),
  failed_at: v.exactOptional(whole, 0),
  open_until: v.exactOptional(whole),
  opened: v.exactOptional(whole, 0),
});

/** Keeps a circuit for each identity provider in the grants table, and each for a few seconds in memory. */
export function dynamoCircuits(options: Options): Circuits {
  const kept = new Map<IdpId, { readonly circuit: Circuit | undefined; readonly readAt: Instant }>();
  return {
    read: async (idp, now) => {
      const known = kept.get(idp);
      if (known !== undefined && Math.abs(now - known.readAt) < keptSeconds) return known.circuit;
      const circuit = await read(options, idp, now);
      kept.set(idp, { circuit, readAt: now });
      return circuit;
    },
    count: async (idp, now) => {
      kept.delete(idp);
      await count(options, idp, now);
    },
    open: (idp, from, until, attempt) => {
      kept.delete(idp);
      return open(options, { idp, from, until, attempt });
    },
    close: async (idp) => {
      kept.delete(idp);
      await update(options, idp, { UpdateExpression: 'REMOVE failures, failed_at, open_until, opened' });
    },
  };
}

async function read({ client, table }: Options, idp: IdpId, now: Instant): Promise<Circuit | undefined> {
  const question = new GetItemCommand({ TableName: table, Key: keyFor(idp), ConsistentRead: true });
  const { Item: item } = await calling('DynamoDB', () => client.send(question));
  if (item === undefined) return undefined;
  const { failures, failed_at: failedAt, open_until: openUntil, opened } = decode(storedCircuit, item);
  const lastAt = Math.max(failedAt, openUntil ?? 0);
  if (failures === 0 || now - lastAt > recentSeconds) return undefined;
  return { failures, opened, ...(openUntil !== undefined && { openUntil: instant(openUntil) }) };
}

/** A row that is interrupted for long begins anew. */
async function count(options: Options, idp: IdpId, now: Instant): Promise<void> {
  const { client, table } = options;
  const values = { ':now': now, ':one': 1, ':ttl': after(now, sweepMarginSeconds) };
  const goesOn = new UpdateItemCommand({
    ...{ TableName: table, Key: keyFor(idp) },
    UpdateExpression: 'SET failures = failures + :one, failed_at = :now, #ttl = :ttl',
    ConditionExpression: 'failed_at >= :recent OR open_until >= :recent',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({ ...values, ':recent': now - recentSeconds }),
  });
  const { won } = await writeOnce(() => client.send(goesOn));
  if (won) return;
  await update(options, idp, {
    UpdateExpression: 'SET failures = :one, failed_at = :now, #ttl = :ttl REMOVE open_until, opened',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem(values),
  });
}

async function open(
  { client, table }: Options,
  wanted: { idp: IdpId; from: Instant | undefined; until: Instant; attempt: string },
): Promise<boolean> {
  const { idp, from, until, attempt } = wanted;
  const write = new UpdateItemCommand({
    ...{ TableName: table, Key: keyFor(idp) },
    UpdateExpression: 'SET open_until = :until, attempt = :attempt, #ttl = :ttl ADD opened :one',
    ConditionExpression: from === undefined ? 'attribute_not_exists(open_until)' : 'open_until = :from',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({
      ...{ ':until': until, ':attempt': attempt, ':one': 1, ':from': from },
      ':ttl': after(until, sweepMarginSeconds),
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const { won } = await writeOnce(
    () => client.send(write),
    (item) => item['attempt']?.S === attempt,
  );
  return won;
}

async function update(
  { client, table }: Options,
  idp: IdpId,
  change: Pick<
    UpdateItemCommand['input'],
    'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >,
): Promise<void> {
  const command = new UpdateItemCommand({ TableName: table, Key: keyFor(idp), ...change });
  await calling('DynamoDB', () => client.send(command));
}

function keyFor(idp: IdpId): Item {
  return { pk: { S: keyOf.circuit(idp) } };
}
