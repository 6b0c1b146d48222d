import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ConnectionBinding } from '../../ports/connections.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { fromItem, type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';

/**
 * Where a holder has accounts, so that one is found whose provider nobody declares any more: an attribute for each connection. It is there
 * before the connection is, and as long; what is left over of one that was never made names a place where there is none.
 */
export function holderAccounts({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): {
  readonly note: (binding: ConnectionBinding) => Promise<void>;
  readonly strike: (binding: ConnectionBinding) => Promise<void>;
} {
  const write = async (
    { holder, connection }: ConnectionBinding,
    UpdateExpression: string,
    values?: Item,
  ): Promise<void> => {
    // Nobody asks for the deployment's own.
    if (holder.kind === 'service') return;
    const command = new UpdateItemCommand({
      ...{ TableName: table, Key: toItem({ pk: keyOf.accountsOf(holder) }), UpdateExpression },
      ExpressionAttributeNames: { '#connection': connection },
      ...(values && { ExpressionAttributeValues: values }),
    });
    await calling('DynamoDB', () => client.send(command));
  };
  return {
    // No two connections have one name, so that nobody strikes what somebody else notes at that moment.
    note: (binding) =>
      write(binding, 'SET #connection = :provider', toItem({ ':provider': binding.provider })),
    strike: async (binding) => {
      try {
        await write(binding, 'REMOVE #connection');
      } catch (error) {
        if (!(error instanceof DependencyUnavailable)) throw error;
      }
    },
  };
}

/** The providers that it names. */
export function providersIn(item: Item | undefined): readonly EgressProviderId[] {
  const named = Object.entries(fromItem(item ?? {})).filter(([name]) => name !== 'pk');
  const providers = named.flatMap(([, provider]) => (typeof provider === 'string' ? [provider] : []));
  return [...new Set(providers)] as EgressProviderId[];
}
