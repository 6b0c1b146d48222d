import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Furnished, startFurnished, table, tableArn } from './furnished-cloud.ts';
import { signed } from './signer.ts';

let furnished: Furnished;

beforeAll(async () => {
  furnished = await startFurnished();
});

afterAll(async () => {
  await furnished.cloud.stop();
});

afterEach(() => {
  furnished.cloud.faults.clear();
});

describe('a caller', () => {
  it.each([
    ['an unknown access key', { accessKeyId: 'AKIAUNKNOWN' }, 'UnrecognizedClientException'],
    ['a wrong secret key', { secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
  ])('with %s is refused', async (_name, change, code) => {
    const client = new KMSClient(furnished.configOf({ ...furnished.cloud.root, ...change }));
    await expect(client.send(new ListKeysCommand({}))).rejects.toThrow(
      expect.objectContaining({ name: code }),
    );
  });

  it('without a signature is refused', async () => {
    const headers = { 'x-amz-target': 'TrentService.ListKeys', 'content-type': 'application/x-amz-json-1.1' };
    const response = await fetch(furnished.cloud.endpoint, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('is known by its signature for any service, at the time of either clock', async () => {
    const request = { method: 'GET', path: '/admin/agents', query: {}, headers: {}, body: '' };
    furnished.clock.advance(3_600);
    for (const at of [new Date(), new Date(furnished.clock.now())]) {
      const incoming = await signed(request, furnished.cloud.operator, { service: 'execute-api', at });
      expect(furnished.cloud.authenticate(incoming)).toEqual({
        ok: true,
        principal: furnished.cloud.operator,
      });
    }
    furnished.clock.advance(-3_600);
  });

  it('asking for an operation that is not there gets the error of the service', async () => {
    const { endpoint, root } = furnished.cloud;
    const request = {
      method: 'POST',
      path: '/',
      query: {},
      headers: { 'x-amz-target': 'TrentService.ImportKeyMaterial' },
      body: '{}',
    };
    const incoming = await signed(request, root, { host: new URL(endpoint).host });
    const headers = incoming.headers as Record<string, string>;
    const response = await fetch(endpoint, { method: 'POST', headers, body: '{}' });
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });
});

describe('a fault', () => {
  const put = (client: DynamoDBClient, pk: string): Promise<unknown> =>
    client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: pk } } }));
  const exists = async (pk: string): Promise<boolean> => {
    const client = new DynamoDBClient(furnished.configOf(furnished.cloud.root));
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: pk } } }),
    );
    return item !== undefined;
  };

  it.each([
    ['throttle', 'ThrottlingException'],
    ['down', 'KMSInternalException'],
  ])('of kind %s answers the error of the service', async (kind, code) => {
    furnished.cloud.faults.add(`kms:ListKeys=${kind}@1`);
    const client = new KMSClient(furnished.configOf(furnished.cloud.root));
    await expect(client.send(new ListKeysCommand({}))).rejects.toThrow(
      expect.objectContaining({ name: code }),
    );
    await client.send(new ListKeysCommand({}));
  });

  it('of kind partial answers the first of a batch, and names the rest', async () => {
    const client = new DynamoDBClient(furnished.configOf(furnished.cloud.root));
    for (const pk of ['first', 'second']) await put(client, pk);
    const keys = ['first', 'second'].map((pk) => ({ pk: { S: pk } }));
    const command = new BatchGetItemCommand({
      RequestItems: { [table]: { Keys: keys, ConsistentRead: true } },
    });
    furnished.cloud.faults.add('dynamodb:BatchGetItem=partial@1,dynamodb:PutItem=partial@*');
    expect(await client.send(command)).toMatchObject({
      Responses: { [table]: [{ pk: { S: 'first' } }] },
      UnprocessedKeys: { [table]: { Keys: [{ pk: { S: 'second' } }], ConsistentRead: true } },
    });
    expect((await client.send(command)).Responses?.[table]).toHaveLength(2);
    await put(client, 'whole');
    expect(await exists('whole')).toBe(true);
  });

  it('of kind timeout takes effect and never answers', async () => {
    furnished.cloud.faults.add('dynamodb:PutItem=timeout@1');
    await expect(
      put(new DynamoDBClient(furnished.configOf(furnished.cloud.root)), 'timed-out'),
    ).rejects.toThrow();
    expect(await exists('timed-out')).toBe(true);
    expect(furnished.cloud.ledger.calls().find(({ error }) => error === 'timeout')).toMatchObject({
      outcome: 'fault',
    });
  });

  it('of kind crash takes effect and ends the instance', async () => {
    const writer = furnished.role('Crasher', { Action: 'dynamodb:PutItem', Resource: tableArn });
    furnished.cloud.faults.add('dynamodb:PutItem~Crasher=crash@1');
    await expect(
      put(new DynamoDBClient(furnished.configOf(writer, 'TokenFunction/7')), 'crashed'),
    ).rejects.toThrow();
    expect(await exists('crashed')).toBe(true);
    expect(furnished.crashed).toEqual(['TokenFunction/7']);
  });
});

it('counts calls, who made them, what they needed and what DynamoDB charges', async () => {
  furnished.cloud.ledger.reset();
  const writer = furnished.role('Counter', { Action: 'dynamodb:PutItem', Resource: tableArn });
  await new DynamoDBClient(furnished.configOf(writer, 'AdminFunction/1')).send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: table, Item: { pk: { S: 'counted' } } } }],
    }),
  );
  expect(furnished.cloud.ledger.calls()).toEqual([
    {
      principal: writer.arn,
      instance: 'AdminFunction/1',
      action: 'dynamodb:TransactWriteItems',
      resources: [tableArn],
      permissions: [
        { action: 'dynamodb:PutItem', resource: tableArn, context: { 'dynamodb:LeadingKeys': ['counted'] } },
      ],
      outcome: 'ok',
      milliseconds: expect.any(Number) as number,
      capacityUnits: { read: 0, write: 2 },
    },
  ]);
});
