import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../../../local/aws/call.ts';
import { type Furnished, startFurnished, table, tableArn } from './furnished-cloud.ts';

let furnished: Furnished;

beforeAll(async () => {
  furnished = await startFurnished();
});

afterAll(async () => {
  await furnished.cloud.stop();
});

function sign(principal: Principal, messageType: 'RAW' | 'DIGEST' = 'DIGEST'): Promise<unknown> {
  return new KMSClient(furnished.configOf(principal, 'TokenFunction/1')).send(
    new SignCommand({
      KeyId: furnished.signingKey,
      Message: Buffer.alloc(32, 1),
      MessageType: messageType,
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    }),
  );
}

const denied = (action: string): unknown =>
  expect.objectContaining({
    name: 'AccessDeniedException',
    message: expect.stringContaining(action) as string,
  });

const signing = (tag: string): object => ({
  Action: 'kms:Sign',
  Resource: 'arn:aws:kms:us-east-1:000000000000:key/*',
  Condition: { StringEquals: { 'aws:ResourceTag/vestibule:signing': tag, 'kms:MessageType': 'DIGEST' } },
});

describe('a role', () => {
  it('without the action is told which one is missing, in the words of AWS', async () => {
    await expect(sign(furnished.role('Bare'))).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/Bare/TokenFunction-1 is not authorized to perform: kms:Sign on resource: ${furnished.signingKey} because no identity-based policy allows the kms:Sign action`,
    );
  });

  it('signs with keys of its tag and over digests only', async () => {
    await sign(furnished.role('Signer', signing('Vestibule')));
    await expect(sign(furnished.role('Signer', signing('Vestibule')), 'RAW')).rejects.toThrow(
      denied('kms:Sign'),
    );
    expect(furnished.cloud.ledger.calls().at(-1)!.error).toContain(
      'kms:MessageType DIGEST does not hold: the request has RAW',
    );
    await expect(sign(furnished.role('Signer', signing('Other')))).rejects.toThrow(denied('kms:Sign'));
  });

  it('makes only keys that bear the tag it was given, and only where it may tag them', async () => {
    const tagged = { StringEquals: { 'aws:RequestTag/vestibule:signing': 'Vestibule' } };
    const making = { Action: 'kms:CreateKey', Resource: '*', Condition: tagged };
    const tagging = {
      ...{ Action: 'kms:TagResource', Resource: 'arn:aws:kms:us-east-1:000000000000:key/*' },
      Condition: { ...tagged, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['vestibule:signing'] } },
    };
    const make = (principal: Principal, ...tags: readonly string[]): Promise<unknown> =>
      new KMSClient(furnished.configOf(principal)).send(
        new CreateKeyCommand({ Tags: tags.map((TagKey) => ({ TagKey, TagValue: 'Vestibule' })) }),
      );
    const maker = furnished.role('Maker', making, tagging);
    await make(maker, 'vestibule:signing');
    await expect(make(maker)).rejects.toThrow(denied('kms:CreateKey'));
    await expect(make(maker, 'vestibule:signing', 'other')).rejects.toThrow(denied('kms:TagResource'));
    await expect(make(furnished.role('Tagless', making), 'vestibule:signing')).rejects.toThrow(
      denied('kms:TagResource'),
    );
  });

  it('reaches only the items whose keys it was given, inside a transaction too', async () => {
    const writer = furnished.role('Writer', {
      Action: 'dynamodb:PutItem',
      Resource: tableArn,
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['client#*'] } },
    });
    const client = new DynamoDBClient(furnished.configOf(writer));
    const put = (pk: string): { TableName: string; Item: { pk: { S: string } } } => ({
      TableName: table,
      Item: { pk: { S: pk } },
    });
    await client.send(new PutItemCommand(put('client#1')));
    await expect(client.send(new PutItemCommand(put('agent#1')))).rejects.toThrow(denied('dynamodb:PutItem'));
    const transact = (...items: readonly object[]): Promise<unknown> =>
      client.send(new TransactWriteItemsCommand({ TransactItems: [...items] }));
    await transact({ Put: put('client#2') });
    await expect(transact({ Put: put('client#3') }, { Put: put('key-ring#signing') })).rejects.toThrow(
      denied('dynamodb:PutItem'),
    );
    const remove = { Delete: { TableName: table, Key: { pk: { S: 'client#2' } } } };
    await expect(transact(remove)).rejects.toThrow(denied('dynamodb:DeleteItem'));
    await expect(
      client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: 'client#1' } } })),
    ).rejects.toThrow(denied('dynamodb:GetItem'));
  });

  it('updates only the attributes that it was given, whatever an expression calls them', async () => {
    const given = (...attributes: readonly string[]): Principal =>
      furnished.role('Pauser', {
        Action: 'dynamodb:UpdateItem',
        Resource: tableArn,
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes } },
      });
    const update = (principal: Principal, input: Partial<UpdateItemCommandInput>): Promise<unknown> =>
      new DynamoDBClient(furnished.configOf(principal)).send(
        new UpdateItemCommand({ TableName: table, Key: { pk: { S: 'paused#1' } }, ...input }),
      );
    const pausing = {
      UpdateExpression: 'SET #until = if_not_exists(#until, :until) REMOVE notes[0].#within',
      ConditionExpression: 'attribute_not_exists(payer) OR begins_with(payer, :until)',
      ExpressionAttributeNames: { '#until': 'until', '#within': 'state' },
      ExpressionAttributeValues: { ':until': { S: '7' } },
    };
    const all = ['pk', 'until', 'payer', 'notes'];
    const notes = { L: [{ M: { state: { S: 'read' } } }] };
    const noting = { UpdateExpression: 'SET notes = :notes', ExpressionAttributeValues: { ':notes': notes } };
    await update(given(...all), noting);
    for (const missing of all) {
      const others = all.filter((name) => name !== missing);
      await expect(update(given(...others), pausing)).rejects.toThrow(denied('dynamodb:UpdateItem'));
    }
    await update(given(...all), pausing);
  });

  it('queries an index only when it was given the index', async () => {
    const query = (principal: Principal): Promise<unknown> =>
      new DynamoDBClient(furnished.configOf(principal)).send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by-kind',
          KeyConditionExpression: '#kind = :kind',
          ExpressionAttributeNames: { '#kind': 'kind' },
          ExpressionAttributeValues: { ':kind': { S: 'agent' } },
        }),
      );
    await query(
      furnished.role('Lister', { Action: 'dynamodb:Query', Resource: `${tableArn}/index/by-kind` }),
    );
    await expect(
      query(furnished.role('Lister', { Action: 'dynamodb:Query', Resource: tableArn })),
    ).rejects.toThrow(denied(`${tableArn}/index/by-kind`));
    const keyed = (kind: string): Principal =>
      furnished.role('Lister', {
        Action: 'dynamodb:Query',
        Resource: `${tableArn}/index/by-kind`,
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [kind] } },
      });
    await query(keyed('agent'));
    await expect(query(keyed('client'))).rejects.toThrow(denied('dynamodb:Query'));
  });

  it('reads a secret only when it may also use its key, through Secrets Manager', async () => {
    const read = (principal: Principal): Promise<unknown> =>
      new SecretsManagerClient(furnished.configOf(principal)).send(
        new GetSecretValueCommand({ SecretId: furnished.secret }),
      );
    const reading = { Action: 'secretsmanager:GetSecretValue', Resource: furnished.secret };
    const decrypting = (service: string): object => ({
      Action: 'kms:Decrypt',
      Resource: furnished.dataKey,
      Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } },
    });
    await read(furnished.role('Reader', reading, decrypting('secretsmanager')));
    await expect(read(furnished.role('Reader', reading, decrypting('dynamodb')))).rejects.toThrow(
      'Access to KMS is not allowed',
    );
    await expect(read(furnished.role('Reader', reading))).rejects.toThrow('Access to KMS is not allowed');
    expect(furnished.cloud.ledger.calls().at(-1)!.error).toContain('kms:Decrypt');
  });

  it('uses a key whose own policy names it, and none whose policy names nobody', async () => {
    const keyFor = async (arn: string): Promise<string> => {
      const statement = {
        Effect: 'Allow',
        Principal: { AWS: arn },
        Action: 'kms:ListResourceTags',
        Resource: '*',
      };
      const input = { Policy: JSON.stringify({ Statement: [statement] }) };
      const { KeyMetadata: made } = await new KMSClient(furnished.configOf(furnished.cloud.root)).send(
        new CreateKeyCommand(input),
      );
      return made!.Arn!;
    };
    const named = furnished.role('Named');
    const allowed = (key: string): unknown => furnished.cloud.authorize(named, 'kms:ListResourceTags', key);
    expect(allowed(await keyFor(named.arn))).toBe('allowed');
    expect(allowed(await keyFor('arn:aws:iam::000000000000:role/Other'))).toMatchObject({
      denied: 'because no resource-based policy allows the kms:ListResourceTags action',
    });
  });
});
