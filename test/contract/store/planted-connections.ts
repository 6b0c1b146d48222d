import { type DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { connecting } from '../../../lambdas/adapters/dynamodb/connection-changes.ts';
import { dynamoConnections } from '../../../lambdas/adapters/dynamodb/connections.ts';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import type { Connections } from '../../../lambdas/ports/connections.ts';

/** Deliberately wrong: it reads whether it may, then writes. The suite must find it out. */
export function getThenPutConnections(client: DynamoDBClient, table: string): Connections {
  const connections = dynamoConnections({ client, table });
  return {
    ...connections,
    connect: async (connection, now) => {
      const before = await connections.find(connection);
      if (before?.version !== connection.replaces?.version) return false;
      const { Item } = connecting(connection, now);
      await client.send(new PutItemCommand({ TableName: table, Item }));
      return true;
    },
    lease: async (connection, lease, now) => {
      const kept = await connections.find(connection);
      if (kept?.version !== connection.version) return false;
      if (kept.lease !== undefined && now < kept.lease.until) return false;
      const update = new UpdateItemCommand({
        ...{ TableName: table, Key: { pk: { S: keyOf.connection(connection) } } },
        UpdateExpression: 'SET #lease = :lease',
        ExpressionAttributeNames: { '#lease': 'lease' },
        ExpressionAttributeValues: toItem({ ':lease': { ...lease } }),
      });
      await client.send(update);
      return true;
    },
  };
}
