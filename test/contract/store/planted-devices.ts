import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { decisionAttribute, encodeDevice } from '../../../lambdas/adapters/dynamodb/device-codec.ts';
import { dynamoDevices } from '../../../lambdas/adapters/dynamodb/devices.ts';
import type { Devices } from '../../../lambdas/ports/devices.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutDevices(client: DynamoDBClient, table: string): Devices {
  const devices = dynamoDevices({ client, table });
  return {
    ...devices,
    decide: async (id, { decision }) => {
      const device = await devices.find(id);
      if (device === undefined || device.decision !== undefined) return { won: false, taken: device };
      const Item = toItem({ ...encodeDevice(device), decision: decisionAttribute(decision) });
      await client.send(new PutItemCommand({ TableName: table, Item }));
      return { won: true };
    },
  };
}
