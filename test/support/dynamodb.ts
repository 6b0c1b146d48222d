import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { grantsTable } from './grants-table.ts';
import { registryTable } from './registry-table.ts';

export interface TestTables {
  readonly endpoint: string;
  readonly registry: string;
  readonly grants: string;
  /** A client of this engine; `config` is laid over credentials and endpoint. */
  readonly client: (config?: DynamoDBClientConfig) => DynamoDBClient;
  readonly stop: () => Promise<void>;
}

/**
 * The two tables of a deployment under names of their own, on the embedded engine in memory, or on the engine that
 * CONTRACT_DYNAMODB_ENDPOINT names.
 */
export async function startTables(): Promise<TestTables> {
  const given = process.env['CONTRACT_DYNAMODB_ENDPOINT'];
  const engine =
    given === undefined ? await startEngine() : { endpoint: given, stop: () => Promise.resolve() };
  const client = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
    new DynamoDBClient({
      endpoint: engine.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...config,
    });
  const run = randomUUID();
  const [registry, grants] = [`registry-${run}`, `grants-${run}`];
  const creator = client();
  await untilAnswers(engine.endpoint);
  await createRegistry(creator, registry);
  await createGrants(creator, grants);
  creator.destroy();
  return {
    endpoint: engine.endpoint,
    registry,
    grants,
    client,
    stop: engine.stop,
  };
}

async function startEngine(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
  const port = await freePort();
  const engine = spawn(join(dirname(manifest), 'dynoxide'), ['serve', '--port', String(port)], {
    stdio: 'ignore',
  });
  const kill = (): void => {
    engine.kill('SIGKILL');
  };
  process.once('exit', kill);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      process.off('exit', kill);
      await ended(engine);
    },
  };
}

function ended(engine: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    engine.once('exit', () => {
      resolve();
    });
    engine.kill();
  });
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

async function untilAnswers(endpoint: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await setTimeout(10);
  }
  throw new Error(`nothing answers at ${endpoint}`);
}

async function createRegistry(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: name, ...registryTable }));
}

async function createGrants(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: name, ...grantsTable }));
}
