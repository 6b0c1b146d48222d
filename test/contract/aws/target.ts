import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout } from 'node:timers/promises';
import { startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';

export interface ContractTarget {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly secretsManager: SecretsManagerClient;
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
  /** Lets time pass: on the stand-ins their clock is moved. */
  readonly pass: (seconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * The stand-ins, unless CONTRACT_AWS_ENDPOINT_URL names another AWS: moto, DynamoDB Local, or `aws` for the real one
 * with the machine's own credentials and region.
 */
export async function startContractTarget(): Promise<ContractTarget> {
  const other = process.env['CONTRACT_AWS_ENDPOINT_URL'];
  if (other === 'aws') return clients({}, wait, () => Promise.resolve());
  if (other !== undefined) {
    const credentials = { accessKeyId: 'contract', secretAccessKey: 'contract' };
    return clients({ endpoint: other, region: 'us-east-1', credentials }, wait, () => Promise.resolve());
  }
  const clock = createVirtualClock();
  const cloud = await startCloud({
    ...{ region: 'us-east-1', account: '000000000000', clock },
    faults: createFaultPlan(),
  });
  const pass = (seconds: number): Promise<void> => {
    clock.advance(seconds);
    return Promise.resolve();
  };
  return clients(
    { endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.root },
    pass,
    cloud.stop,
  );
}

const wait = (seconds: number): Promise<void> => setTimeout(1_000 * seconds);

interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

function clients(
  config: ClientConfig,
  pass: ContractTarget['pass'],
  stop: () => Promise<void>,
): ContractTarget {
  const dynamodb = new DynamoDBClient(config);
  const kms = new KMSClient(config);
  const secretsManager = new SecretsManagerClient(config);
  const sqs = new SQSClient(config);
  const eventBridge = new EventBridgeClient(config);
  return {
    dynamodb,
    kms,
    secretsManager,
    sqs,
    eventBridge,
    pass,
    stop: async () => {
      for (const client of [dynamodb, kms, secretsManager, sqs, eventBridge]) client.destroy();
      await stop();
    },
  };
}
