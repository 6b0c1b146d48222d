import { CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { dynamoWrappedKeyStore } from '../../../lambdas/adapters/dynamodb/wrapped-key-store.ts';
import { envelopeKeyMaker } from '../../../lambdas/adapters/kms/envelope-key-maker.ts';
import { envelopeSigner } from '../../../lambdas/adapters/kms/envelope-signer.ts';
import type { WrappingKey } from '../../../lambdas/adapters/kms/wrapping-key.ts';
import type { Signer, SigningAlgorithm, SigningKeyMaker } from '../../../lambdas/ports/signing.ts';
import type { WrappedKeyStore } from '../../../lambdas/ports/wrapped-keys.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import type { TestTables } from '../../support/dynamodb.ts';

/** What one deployment in envelope mode is made of, on real stores. */
export interface Envelope {
  readonly client: KMSClient;
  readonly store: WrappedKeyStore;
  readonly wrappingKey: WrappingKey;
  readonly maker: (algorithm: SigningAlgorithm) => SigningKeyMaker;
  /** A signer as a fresh instance has one. */
  readonly signer: (changes?: Partial<WrappingKey>) => Signer;
  readonly audited: AuditEvent[];
}

export async function anEnvelope(client: KMSClient, tables: TestTables): Promise<Envelope> {
  const store = dynamoWrappedKeyStore({ client: tables.client(), table: tables.registry });
  const { KeyMetadata: metadata } = await client.send(new CreateKeyCommand({}));
  const wrappingKey = { keyArn: metadata?.Arn ?? '', deployment: 'Vestibule' };
  const audited: AuditEvent[] = [];
  return {
    ...{ client, store, wrappingKey, audited },
    maker: (algorithm) => envelopeKeyMaker({ client, store, wrappingKey, algorithm }),
    signer: (changes) =>
      envelopeSigner({
        ...{ client, wrappedKeys: store, wrappingKey: { ...wrappingKey, ...changes } },
        audit: (event) => audited.push(event),
      }),
  };
}

/** Counts the calls of one command that leave a client. */
export function counting(client: KMSClient, command: string): () => number {
  let sent = 0;
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === `${command}Command`) sent += 1;
      return next(args);
    },
    { step: 'initialize', name: `counting ${command}`, override: true },
  );
  return () => sent;
}
