import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { dynamoMachineTokens } from '../../../lambdas/adapters/dynamodb/machine-tokens.ts';
import type { KeptMachineTokens } from '../../../lambdas/ports/machine-tokens.ts';

/** Deliberately wrong: it reads whether there is a lease, then writes one. The suite must find it out. */
export function getThenPutMachineTokens(client: DynamoDBClient, table: string): KeptMachineTokens {
  const tokens = dynamoMachineTokens({ client, table });
  return {
    ...tokens,
    lease: async (name, version, lease, now) => {
      const kept = await tokens.find(name);
      if (kept?.lease !== undefined && now < kept.lease.until) return false;
      const Item = toItem({ pk: `machine-token#${name.digest}`, version, lease: { ...lease } });
      await client.send(new PutItemCommand({ TableName: table, Item }));
      return true;
    },
  };
}
