import { setTimeout } from 'node:timers/promises';
import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { WriteOutcome } from '../../ports/registry-store.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { roughly } from '../../runtime/random.ts';
import { calling } from '../aws.ts';

/** One write of a transaction and what its failed condition means. */
export interface Step {
  readonly write: TransactWriteItem;
  readonly otherwise: Exclude<WriteOutcome, { outcome: 'written' }>;
}

/** Pauses, in milliseconds and roughly, before each new try of a transaction that met another one. */
const pauses = [50, 150, 400] as const;

/** Runs all steps or none. Throws `DependencyUnavailable` when the service could not decide. */
export async function transact(client: DynamoDBClient, steps: readonly Step[]): Promise<WriteOutcome> {
  for (const pause of [...pauses, undefined]) {
    const outcome = await tryOnce(client, steps);
    if (outcome !== 'conflict') return outcome;
    if (pause !== undefined) await setTimeout(roughly(pause));
  }
  throw new DependencyUnavailable('DynamoDB', {
    cause: new Error('the transaction met others at every try'),
  });
}

async function tryOnce(client: DynamoDBClient, steps: readonly Step[]): Promise<WriteOutcome | 'conflict'> {
  return calling('DynamoDB', async () => {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: steps.map(({ write }) => write) }));
      return { outcome: 'written' };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      const failed = steps.find((_, position) => codes[position] === 'ConditionalCheckFailed');
      if (failed !== undefined) return failed.otherwise;
      if (codes.includes('TransactionConflict') || codes.includes('ThrottlingError')) return 'conflict';
      throw error;
    }
  });
}
