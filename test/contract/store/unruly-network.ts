import { setTimeout } from 'node:timers/promises';
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { TestTables } from '../../support/dynamodb.ts';

export interface UnrulyNetwork {
  readonly client: DynamoDBClient;
  /** The most calls that were under way at one time. */
  readonly mostInFlight: () => number;
  /** Lets the next call of that command take effect and loses its reply; the SDK then sends it again. */
  readonly loseNextReply: (command: string) => void;
  /** How often each command was sent, retries included. */
  readonly sent: (command: string) => number;
}

const manySockets: DynamoDBClientConfig = {
  requestHandler: { httpAgent: { keepAlive: true, maxSockets: 300 }, requestTimeout: 60_000 },
};

/** A client whose replies come late and out of order, by up to `delay` milliseconds, and can be lost. */
export function unrulyNetwork(tables: TestTables, delay = 0): UnrulyNetwork {
  const client = tables.client(manySockets);
  const lost = new Set<string>();
  const counts = new Map<string, number>();
  let inFlight = 0;
  let most = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const command = (context.commandName ?? '').replace(/Command$/, '');
      counts.set(command, (counts.get(command) ?? 0) + 1);
      inFlight += 1;
      most = Math.max(most, inFlight);
      try {
        const reply = await next(args);
        if (delay > 0) await setTimeout(Math.random() * delay);
        if (lost.delete(command)) throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        return reply;
      } finally {
        inFlight -= 1;
      }
    },
    { step: 'deserialize', priority: 'low', name: 'unrulyNetwork' },
  );
  return {
    client,
    mostInFlight: () => most,
    loseNextReply: (command) => lost.add(command),
    sent: (command) => counts.get(command) ?? 0,
  };
}
