import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startTables } from '../../support/dynamodb.ts';
import { type SeveringProxy, startSeveringProxy } from './severing-proxy.ts';

/** Fresh tables on the real engine, with a good and a bad way to it. */
export interface World {
  readonly registry: string;
  readonly grants: string;
  /** Straight to the engine, nothing in between. */
  readonly client: DynamoDBClient;
  readonly network: SeveringProxy;
  /** A client of its own, over the unsteady network, with room for hundreds of calls at once. */
  readonly farClient: () => DynamoDBClient;
}

export async function inFreshWorld(run: (world: World) => Promise<void>): Promise<void> {
  const tables = await startTables();
  const network = await startSeveringProxy(tables.endpoint);
  const clients: DynamoDBClient[] = [];
  const kept = (client: DynamoDBClient): DynamoDBClient => {
    clients.push(client);
    return client;
  };
  try {
    await run({
      registry: tables.registry,
      grants: tables.grants,
      client: kept(tables.client()),
      network,
      farClient: () =>
        kept(
          tables.client({ endpoint: network.endpoint, requestHandler: { httpAgent: { maxSockets: 400 } } }),
        ),
    });
  } finally {
    for (const client of clients) client.destroy();
    await network.stop();
    await tables.stop();
  }
}
