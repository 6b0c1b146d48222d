import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { grantsTable } from '../../support/grants-table.ts';
import { registryTable } from '../../support/registry-table.ts';
import type { ContractTarget } from './target.ts';

type Item = Record<string, AttributeValue>;

/** What the product relies on in DynamoDB: above all, that a condition and its write are one step. */
export function dynamodbContract(target: () => ContractTarget): void {
  const table = `contract-${randomUUID()}`;
  const sorted = `contract-${randomUUID()}`;

  beforeAll(async () => {
    const { dynamodb: client } = target();
    await client.send(new CreateTableCommand({ TableName: table, ...registryTable }));
    await client.send(new CreateTableCommand({ TableName: sorted, ...grantsTable }));
    for (const TableName of [table, sorted]) {
      await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName });
    }
  });

  afterAll(async () => {
    for (const TableName of [table, sorted]) {
      await target().dynamodb.send(new DeleteTableCommand({ TableName }));
    }
  });

  const putOnce = (item: Item): Promise<unknown> =>
    target().dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  const get = async (pk: string): Promise<Item | undefined> => {
    const input = { TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true };
    return (await target().dynamodb.send(new GetItemCommand(input))).Item;
  };

  it('lets one of 200 concurrent conditional puts win and shows the others the winner', async () => {
    const pk = randomUUID();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, attempt) =>
        putOnce({ pk: { S: pk }, attempt: { N: String(attempt) } }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = await get(pk);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      expect(outcome.reason).toBeInstanceOf(ConditionalCheckFailedException);
      expect((outcome.reason as ConditionalCheckFailedException).Item).toEqual(winner);
    }
  });

  it('updates and deletes under a condition only', async () => {
    const pk = { S: randomUUID() };
    await putOnce({ pk, version: { N: '1' } });
    const update = (from: string, to: string): Promise<unknown> =>
      target().dynamodb.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk },
          UpdateExpression: 'SET #v = :to',
          ConditionExpression: '#v = :from',
          ExpressionAttributeNames: { '#v': 'version' },
          ExpressionAttributeValues: { ':from': { N: from }, ':to': { N: to } },
        }),
      );
    await update('1', '2');
    await expect(update('1', '3')).rejects.toThrow(ConditionalCheckFailedException);
    const remove = new DeleteItemCommand({
      TableName: table,
      Key: { pk },
      ConditionExpression: 'version = :v',
      ExpressionAttributeValues: { ':v': { N: '1' } },
    });
    await expect(target().dynamodb.send(remove)).rejects.toThrow(ConditionalCheckFailedException);
    expect(await get(pk.S)).toEqual({ pk, version: { N: '2' } });
  });

  it('cancels a whole transaction and says which of its conditions failed', async () => {
    const [taken, free] = [randomUUID(), randomUUID()];
    await putOnce({ pk: { S: taken } });
    const put = (pk: string): object => ({
      Put: {
        TableName: table,
        Item: { pk: { S: pk } },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    });
    const cancelled: unknown = await target()
      .dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [put(free), put(taken)] }))
      .catch((error: unknown) => error);
    expect(cancelled).toBeInstanceOf(TransactionCanceledException);
    const reasons = (cancelled as TransactionCanceledException).CancellationReasons!;
    expect(reasons.map(({ Code: code }) => code)).toEqual(['None', 'ConditionalCheckFailed']);
    expect(reasons[1]!.Item).toEqual({ pk: { S: taken } });
    expect(await get(free)).toBeUndefined();
  });

  it('reads many items at once, consistently, and leaves out those that are not there', async () => {
    const present = Array.from({ length: 5 }, () => randomUUID());
    for (const pk of present) await putOnce({ pk: { S: pk } });
    const keys = [...present, randomUUID()].map((pk) => ({ pk: { S: pk } }));
    const { Responses: responses } = await target().dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
    );
    const found = (responses![table] ?? []).map(({ pk }) => pk!.S);
    expect(found.sort()).toEqual(present.sort());
  });

  it('lists by kind, in the order of ids, page by page', async () => {
    const kind = randomUUID();
    for (const id of ['c', 'a', 'b']) {
      await putOnce({ pk: { S: `${kind}#${id}` }, kind: { S: kind }, id: { S: id } });
    }
    const query = {
      TableName: table,
      IndexName: 'by-kind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: kind } },
      Limit: 2,
    };
    const first = await target().dynamodb.send(new QueryCommand(query));
    expect(first.Items!.map(({ id }) => id!.S)).toEqual(['a', 'b']);
    const second = await target().dynamodb.send(
      new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }),
    );
    expect(second.Items!.map(({ id }) => id!.S)).toEqual(['c']);
  });

  it('lists by number within bounds, page by page, what has both keys of an index, and of that what it projects', async () => {
    const client = target().dynamodb;
    const due_shard = { S: randomUUID() };
    for (const due of [9, 10, 100, 11, 12]) {
      const Item = { pk: { S: `${due_shard.S}#${due}` }, due_shard, due_at: { N: String(due) } };
      const more = { good_until: { N: '7' }, other: { S: 'large' } };
      await client.send(new PutItemCommand({ TableName: sorted, Item: { ...Item, ...more } }));
    }
    const Key = { pk: { S: `${due_shard.S}#11` } };
    const strip = { TableName: sorted, Key, UpdateExpression: 'REMOVE due_shard, due_at' };
    await client.send(new UpdateItemCommand(strip));
    const query = {
      ...{ TableName: sorted, IndexName: 'due', Limit: 2 },
      KeyConditionExpression: 'due_shard = :shard AND due_at BETWEEN :from AND :until',
      ExpressionAttributeValues: { ':shard': due_shard, ':from': { N: '10' }, ':until': { N: '100' } },
    };
    const first = await client.send(new QueryCommand(query));
    const entry = (due: number): Item => ({
      ...{ pk: { S: `${due_shard.S}#${due}` }, due_shard, due_at: { N: String(due) } },
      good_until: { N: '7' },
    });
    expect(first.Items).toEqual([entry(10), entry(12)]);
    const second = await client.send(
      new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }),
    );
    expect(second.Items).toEqual([entry(100)]);
  });

  it('adds to a list on the condition that it is short and has no such member, and shows what came of it', async () => {
    const pk = randomUUID();
    await putOnce({ pk: { S: pk }, members: { L: [] } });
    const add = (member: string) =>
      target().dynamodb.send(
        new UpdateItemCommand({
          ...{ TableName: table, Key: { pk: { S: pk } }, ReturnValues: 'ALL_NEW' },
          UpdateExpression: 'SET members = list_append(members, :added)',
          ConditionExpression: 'size(members) < :most AND NOT contains(members, :member)',
          ExpressionAttributeValues: {
            ...{ ':added': { L: [{ S: member }] }, ':member': { S: member }, ':most': { N: '2' } },
          },
        }),
      );
    expect((await add('one')).Attributes).toEqual({ pk: { S: pk }, members: { L: [{ S: 'one' }] } });
    await expect(add('one')).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await add('two');
    await expect(add('three')).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    expect(await get(pk)).toEqual({ pk: { S: pk }, members: { L: [{ S: 'one' }, { S: 'two' }] } });
  });
}
