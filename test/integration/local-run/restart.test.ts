import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startRun } from '../../../local/run.ts';
import { apiResources, functionResources, temporaryDirectory, writeAssembly } from './fixture.ts';

/** GET ?id writes an item under that id, or says that it is there; the key's public half proves it is the same key. */
const keeper = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const { KMSClient, GetPublicKeyCommand } = require('@aws-sdk/client-kms');
exports.handler = async ({ rawQueryString }) => {
  const { PublicKey } = await new KMSClient({}).send(new GetPublicKeyCommand({ KeyId: process.env.KEY }));
  const put = new PutItemCommand({
    TableName: process.env.TABLE, Item: { pk: { S: rawQueryString } }, ConditionExpression: 'attribute_not_exists(pk)',
  });
  const wasThere = await new DynamoDBClient({}).send(put).then(() => false, (error) => error.name);
  return { wasThere, key: Buffer.from(PublicKey).toString('base64') };
};`;

const assemblyDirectory = writeAssembly({
  resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } },
    ...functionResources('Keeper', 'keeper', {
      environment: { TABLE: { Ref: 'Table' }, KEY: { Ref: 'Key' } },
      statements: [
        { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
        { Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      ],
    }),
    ...apiResources({ $default: { function: 'Keeper' } }),
  },
  code: { keeper },
});

async function startProcess(
  stateDirectory: string,
): Promise<{ readonly issuer: string; readonly child: ChildProcess }> {
  const script = fileURLToPath(new URL('./run-in-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, assemblyDirectory, stateDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) return { issuer: line.slice('ready '.length), child };
  }
  throw new Error('the run ended before it was ready');
}

it('survives kill -9: tables, items and keys are there again', async () => {
  const stateDirectory = temporaryDirectory();
  const first = await startProcess(stateDirectory);
  const before = (await (await fetch(`${first.issuer}/?item`)).json()) as { key: string };
  expect(before).toMatchObject({ wasThere: false });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await startProcess(stateDirectory);
  const after: unknown = await (await fetch(`${second.issuer}/?item`)).json();
  second.child.kill('SIGKILL');
  expect(after).toEqual({ wasThere: 'ConditionalCheckFailedException', key: before.key });
});

it('lets one run at a time use a state directory, and says which process has it', async () => {
  const stateDirectory = temporaryDirectory();
  const log = (): undefined => undefined;
  const run = await startRun({ assemblyDirectory, port: 0, stateDirectory, log });
  await expect(startRun({ assemblyDirectory, port: 0, stateDirectory, log })).rejects.toThrow(
    `process ${process.pid}`,
  );
  await run.stop();
  await (await startRun({ assemblyDirectory, port: 0, stateDirectory, log })).stop();
});

it('says that a port is taken, and leaves nothing behind', async () => {
  const log = (): undefined => undefined;
  const run = await startRun({ assemblyDirectory, port: 0, log });
  const port = Number(new URL(run.issuer).port);
  await expect(startRun({ assemblyDirectory, port, log })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    port,
  });
  await run.stop();
});
