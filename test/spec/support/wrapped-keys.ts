import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import type { TestDeployment } from '../../support/deployment.ts';

type Item = Record<string, AttributeValue>;

/** The wrapped signing keys of a running deployment, in the hands of someone who may do everything. */
export interface WrappedKeysAtRest {
  /** The items of the ring's keys, the one that signs first. */
  readonly items: () => Promise<readonly Item[]>;
  readonly put: (item: Item) => Promise<void>;
  /** The private half, as PKCS #8. */
  readonly open: (item: Item) => Promise<Buffer>;
  /** Everything in the table. */
  readonly everything: () => Promise<readonly Item[]>;
}

export function wrappedKeysOf({ run, operator }: TestDeployment): WrappedKeysAtRest {
  const config = { endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator };
  const [dynamo, kms] = [new DynamoDBClient(config), new KMSClient(config)];
  const table = run.resources.find(({ logicalId }) => logicalId.startsWith('VestibuleRegistryTable'))!;
  const TableName = table.physicalId;
  const get = async (pk: string): Promise<Item> => {
    const key = { TableName, Key: { pk: { S: pk } }, ConsistentRead: true };
    return (await dynamo.send(new GetItemCommand(key))).Item!;
  };
  return {
    items: async () => {
      const ring = await get('key-ring#signing');
      const keys = (ring['keys']?.L ?? []).map(({ M: key }) => key!);
      const signingFirst = keys.toSorted((one, other) => signFrom(other) - signFrom(one));
      return Promise.all(signingFirst.map(({ kid }) => get(`signing-key#${kid?.S ?? ''}`)));
    },
    put: async (item) => {
      await dynamo.send(new PutItemCommand({ TableName, Item: item }));
    },
    open: async (item) => {
      const { Plaintext: pkcs8 } = await kms.send(
        new DecryptCommand({
          CiphertextBlob: Buffer.from(item['wrapped_private_key']?.S ?? '', 'base64'),
          EncryptionContext: { deployment: 'Vestibule', purpose: 'signing', intent: item['intent']?.S ?? '' },
        }),
      );
      return Buffer.from(pkcs8!);
    },
    everything: async () => (await dynamo.send(new ScanCommand({ TableName }))).Items ?? [],
  };
}

function signFrom(key: Item): number {
  return Number(key['sign_from']?.N ?? 0);
}
