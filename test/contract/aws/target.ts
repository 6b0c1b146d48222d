import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';

export interface ContractTarget {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly secretsManager: SecretsManagerClient;
  readonly stop: () => Promise<void>;
}

/**
 * The stand-ins, unless CONTRACT_AWS_ENDPOINT_URL names another AWS: moto, DynamoDB Local, or `aws` for the real one
 * with the machine's own credentials and region.
 */
export async function startContractTarget(): Promise<ContractTarget> {
  const other = process.env['CONTRACT_AWS_ENDPOINT_URL'];
  if (other === 'aws') return clients({}, () => Promise.resolve());
  if (other !== undefined) {
    const credentials = { accessKeyId: 'contract', secretAccessKey: 'contract' };
    return clients({ endpoint: other, region: 'us-east-1', credentials }, () => Promise.resolve());
  }
  const cloud = await startCloud({
    region: 'us-east-1',
    account: '000000000000',
    clock: createVirtualClock(),
    faults: createFaultPlan(),
  });
  return clients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.root }, cloud.stop);
}

interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

function clients(config: ClientConfig, stop: () => Promise<void>): ContractTarget {
  const dynamodb = new DynamoDBClient(config);
  const kms = new KMSClient(config);
  const secretsManager = new SecretsManagerClient(config);
  return {
    dynamodb,
    kms,
    secretsManager,
    stop: async () => {
      for (const client of [dynamodb, kms, secretsManager]) client.destroy();
      await stop();
    },
  };
}
