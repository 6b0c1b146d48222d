import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { longestTokenSeconds } from '../../ports/ends.ts';
import type { GrantEnd, Grants, Marked, Redemption, Rotation, StoredGrant } from '../../ports/grants.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { endedName } from '../../runtime/ended-name.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { issuedAfterEnd, setEnd } from './end-steps.ts';
import { decodeGrant, familyAttribute, grantAttributes } from './grant-codec.ts';
import { keyOf } from './keys.ts';
import { type Step, transact } from './transaction.ts';
import { writeOnce } from './write-once.ts';

/** The sweep waits longer than any clock of ours is off. Seconds. */
const sweepMargin = 3_600;

/** Keeps each grant in one item of the grants table; every decision about it is one conditional write on that item. */
export function dynamoGrants(options: { readonly client: DynamoDBClient; readonly table: string }): Grants {
  const { client, table } = options;
  return {
    create: (grant) => create(client, table, grant),
    open: (grant) => open(client, table, grant),
    find: async (id) => {
      const question = new GetItemCommand({ TableName: table, Key: keyFor(id), ConsistentRead: true });
      const { Item: item } = await calling('DynamoDB', () => client.send(question));
      return item && decodeGrant(item);
    },
    several: (ids) => several(client, table, ids),
    redeem: (id, redemption) =>
      mark(
        client,
        { TableName: table, Key: keyFor(id), ...redeemed(redemption) },
        (item) => item['code']?.M?.['attempt']?.S === redemption.attempt,
      ),
    rotate: (id, rotation) =>
      mark(
        client,
        { TableName: table, Key: keyFor(id), ...rotated(rotation) },
        (item) => item['attempt']?.S === rotation.attempt,
      ),
    end: async (id, end, requestId) => {
      const entry = setEnd(table, endedName('grant_id', id), after(end.at, issuedAfterEnd), end.at);
      const { outcome } = await transact(client, [ended(table, id, end, requestId), entry]);
      return outcome === 'written';
    },
  };
}

/** As many as one call may name. */
const batchSize = 100;

async function several(
  client: DynamoDBClient,
  table: string,
  ids: readonly GrantId[],
): Promise<readonly StoredGrant[]> {
  const keys = [...new Set(ids.map(keyOf.grant))];
  const found: StoredGrant[] = [];
  for (let from = 0; from < keys.length; from += batchSize) {
    const items = await batchGet(client, table, keys.slice(from, from + batchSize));
    found.push(...[...items.values()].map(decodeGrant));
  }
  return found;
}

async function create(client: DynamoDBClient, table: string, grant: StoredGrant): Promise<void> {
  const pk = keyOf.grant(grant.terms.id);
  const write = new PutItemCommand({
    TableName: table,
    Item: toItem({ pk, ...grantAttributes(grant), ttl: sweepAt(grant.code.expiresAt) }),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  // No two grants have one code.
  const isOurs = (item: Item): boolean => item['code']?.M?.['digest']?.S === grant.code.digest;
  const { won } = await writeOnce(() => client.send(write), isOurs);
  if (!won) throw new Error('there is another grant of that id');
}

/** By an update, which whoever exchanges tokens may make of grants: to put one over another is nobody's but who makes codes. */
async function open(
  client: DynamoDBClient,
  table: string,
  grant: Parameters<Grants['open']>[0],
): Promise<void> {
  const item = Object.entries(toItem({ ...grantAttributes(grant), ttl: sweepAt(grant.family.idleUntil) }));
  const write = new UpdateItemCommand({
    ...{ TableName: table, Key: keyFor(grant.terms.id) },
    UpdateExpression: `SET ${item.map((_, index) => `#a${index} = :a${index}`).join(', ')}`,
    ConditionExpression: 'attribute_not_exists(pk)',
    ExpressionAttributeNames: Object.fromEntries(item.map(([name], index) => [`#a${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(item.map(([, value], index) => [`:a${index}`, value])),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const isOurs = (found: Item): boolean => found['code']?.M?.['digest']?.S === grant.code.digest;
  const { won } = await writeOnce(() => client.send(write), isOurs);
  if (!won) throw new Error('there is another grant of that id');
}

async function mark(
  client: DynamoDBClient,
  input: UpdateItemCommandInput,
  isOurs: (item: Item) => boolean,
): Promise<Marked> {
  const write = new UpdateItemCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
  const { won, item } = await writeOnce(() => client.send(write), isOurs);
  return won ? { won } : { won, taken: item && decodeGrant(item) };
}

function redeemed({ at, codeDigest, family, attempt }: Redemption): Partial<UpdateItemCommandInput> {
  return {
    UpdateExpression: `SET #code.#at = :at, #code.#attempt = :attempt${family ? ', #family = :family, #ttl = :ttl' : ''}`,
    ConditionExpression:
      '#code.#digest = :digest AND attribute_not_exists(#code.#at) AND #code.#expires > :at AND attribute_not_exists(#ended)',
    ExpressionAttributeNames: {
      ...{ '#code': 'code', '#at': 'redeemed_at', '#attempt': 'attempt', '#digest': 'digest' },
      ...{ '#expires': 'expires_at', '#ended': 'ended' },
      ...(family && { '#family': 'family', '#ttl': 'ttl' }),
    },
    ExpressionAttributeValues: toItem({
      ...{ ':at': at, ':attempt': attempt, ':digest': codeDigest },
      ...(family && { ':family': familyAttribute(family), ':ttl': sweepAt(family.idleUntil) }),
    }),
  };
}

function rotated({ from, next, attempt }: Rotation): Partial<UpdateItemCommandInput> {
  return {
    UpdateExpression: 'SET #family = :next, #attempt = :attempt, #ttl = :ttl',
    ConditionExpression: '#family.#current = :from AND attribute_not_exists(#ended)',
    ExpressionAttributeNames: {
      ...{ '#family': 'family', '#current': 'current', '#ended': 'ended' },
      ...{ '#attempt': 'attempt', '#ttl': 'ttl' },
    },
    ExpressionAttributeValues: toItem({
      ...{ ':next': familyAttribute(next), ':from': from, ':attempt': attempt },
      ':ttl': sweepAt(next.idleUntil),
    }),
  };
}

function ended(table: string, id: GrantId, { at, reason }: GrantEnd, requestId: string): Step {
  return {
    write: {
      Update: {
        ...{ TableName: table, Key: keyFor(id) },
        UpdateExpression: 'SET #ended = :ended',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#ended)',
        ExpressionAttributeNames: { '#ended': 'ended' },
        ExpressionAttributeValues: toItem({ ':ended': { at, reason, request_id: requestId } }),
      },
    },
    otherwise: { outcome: 'moved_on' },
  };
}

function keyFor(id: GrantId): Item {
  return { pk: { S: keyOf.grant(id) } };
}

/** When nothing can come of the grant any more: what was issued on it at the very last is expired by anybody's clock. */
function sweepAt(last: Instant): Instant {
  return after(last, longestTokenSeconds + sweepMargin);
}
