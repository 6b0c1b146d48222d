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
import { registryTable } from '../../support/registry-table.ts';
import type { ContractTarget } from './target.ts';

type Item = Record<string, AttributeValue>;

/** What the product relies on in DynamoDB: above all, that a condition and its write are one step. */
export function dynamodbContract(target: () => ContractTarget): void {
  const table = `contract-${randomUUID()}`;

  beforeAll(async () => {
    await target().dynamodb.send(new CreateTableCommand({ TableName: table, ...registryTable }));
    await waitUntilTableExists(
      { client: target().dynamodb, maxWaitTime: 60, minDelay: 1 },
      { TableName: table },
    );
  });

  afterAll(async () => {
    await target().dynamodb.send(new DeleteTableCommand({ TableName: table }));
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
}
