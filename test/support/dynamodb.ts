import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { startEngine } from '../../local/aws/dynamodb/engine.ts';
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
    given === undefined ? await startEngine(undefined) : { endpoint: given, stop: () => Promise.resolve() };
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

async function createRegistry(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: name, ...registryTable }));
}

async function createGrants(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: name, ...grantsTable }));
}
