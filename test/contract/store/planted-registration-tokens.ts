import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import { dynamoRegistrationTokens } from '../../../lambdas/adapters/dynamodb/registration-tokens.ts';
import { thingItem } from '../../../lambdas/adapters/dynamodb/registry-steps.ts';
import type { RegistrationTokens } from '../../../lambdas/ports/registration-tokens.ts';
import { aChange } from './mothers.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutTokens(client: DynamoDBClient, table: string): RegistrationTokens {
  return {
    ...dynamoRegistrationTokens({ client, table }),
    register: async ({ id }, thing) => {
      const Key = { pk: { S: keyOf.registrationToken(id) } };
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      const made = Number(Item?.['made']?.N);
      if (!(made < Number(Item?.['most']?.N))) return false;
      await client.send(
        new PutItemCommand({ TableName: table, Item: thingItem('client', { thing }, 1, aChange()) }),
      );
      await client.send(
        new UpdateItemCommand({
          ...{ TableName: table, Key, UpdateExpression: 'SET made = :made' },
          ExpressionAttributeValues: { ':made': { N: String(made + 1) } },
        }),
      );
      return true;
    },
  };
}
