import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cloud, startCloud } from '../../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../../local/clock.ts';

interface Acknowledged {
  readonly key: string;
  readonly secret: string;
  readonly item: string;
  readonly operator: string;
}

let directory: string;
let acknowledged: Acknowledged;
let cloud: Cloud;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloud-'));
  acknowledged = await writeAndDie(directory);
  const options = { region: 'us-east-1', account: '000000000000', clock: createVirtualClock() };
  cloud = await startCloud({ ...options, faults: createFaultPlan(), stateDirectory: directory });
});

afterAll(async () => {
  await cloud.stop();
  await rm(directory, { recursive: true });
});

/** Runs a cloud in a process of its own, and kills that process as soon as its writes are acknowledged. */
async function writeAndDie(stateDirectory: string): Promise<Acknowledged> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./doomed-cloud.ts', import.meta.url)), stateDirectory],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(line.toString()) as Acknowledged;
}

function config(): object {
  return { region: 'us-east-1', endpoint: cloud.endpoint, credentials: cloud.operator };
}

it('still has every key, secret, item and message that it acknowledged before it was killed', async () => {
  const key = await new KMSClient(config()).send(new GetPublicKeyCommand({ KeyId: acknowledged.key }));
  expect(key.KeySpec).toBe('ECC_NIST_P256');
  const secret = new GetSecretValueCommand({ SecretId: acknowledged.secret });
  expect((await new SecretsManagerClient(config()).send(secret)).SecretString).toBe('kept');
  const item = new GetItemCommand({ TableName: 'durable', Key: { pk: { S: acknowledged.item } } });
  expect((await new DynamoDBClient(config()).send(item)).Item).toEqual({ pk: { S: acknowledged.item } });
  expect([...cloud.queues.messages().values()]).toEqual([['message']]);
});

it('knows its operator by the same access key', () => {
  expect(cloud.operator.accessKeyId).toBe(acknowledged.operator);
});

it('lets nobody else read its files', async () => {
  for (const name of await readdir(directory)) {
    expect((await stat(join(directory, name))).mode & 0o077, name).toBe(0);
  }
});
