import { CreateKeyCommand, DescribeKeyCommand, type KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Where a process ends: at the call of that number, counted from 1, before it has an effect or after. */
export interface End {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** What a process that has ended throws at whoever still waits for it. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

/**
 * Lets all calls of these clients be those of one process that ends at a certain call. Once it has ended nothing of
 * it reaches AWS any more. Answers how many calls it made.
 */
export function mortal(clients: readonly (DynamoDBClient | KMSClient)[], end?: End): () => number {
  let calls = 0;
  for (const client of clients as readonly KMSClient[]) {
    client.middlewareStack.add(
      (next) => async (args) => {
        calls += 1;
        if (end !== undefined && (calls > end.call || (calls === end.call && end.when === 'before'))) {
          throw new ProcessEnded();
        }
        const reply = await next(args);
        if (calls === end?.call) throw new ProcessEnded();
        return reply;
      },
      { step: 'initialize', name: 'mortal' },
    );
  }
  return () => calls;
}

/** The keys that KMS has and that are not about to be deleted. */
export async function liveKeys(kms: KMSClient): Promise<readonly string[]> {
  const { Keys = [] } = await kms.send(new ListKeysCommand({ Limit: 1_000 }));
  const described = await Promise.all(
    Keys.map(({ KeyId }) => kms.send(new DescribeKeyCommand({ KeyId: String(KeyId) }))),
  );
  return described
    .flatMap(({ KeyMetadata: key }) => (key?.KeyState === 'Enabled' ? [String(key.Arn)] : []))
    .sort();
}

/** A key that is none of ours. */
export async function foreignKey(kms: KMSClient): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'of somebody else' }));
  return String(KeyMetadata?.Arn);
}
