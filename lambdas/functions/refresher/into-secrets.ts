import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoWrappedKeys } from '../../adapters/dynamodb/wrapped-keys.ts';
import { deploymentSigner } from '../../adapters/kms/deployment-signer.ts';
import { secretsManagerDeliveredTokens } from '../../adapters/secrets-manager/delivered-tokens.ts';
import { deliverable, type DeliverablePorts } from '../../oauth/tasks/deliverable.ts';
import { tokenIssuer } from '../../oauth/tokens/issue.ts';
import { audit } from '../../runtime/events.ts';
import { systemRandom } from '../../runtime/random.ts';
import type { DeliveryPorts } from '../../tasks/deliver.ts';
import type { RefresherEnvironment } from './environment.ts';

interface Given extends Omit<DeliverablePorts, 'opaque' | 'issue'> {
  readonly dynamo: DynamoDBClient;
}

/** What it takes to put tokens of tasks into secrets; undefined where no agent has any. */
export function intoSecrets(
  environment: RefresherEnvironment,
  { dynamo, ...given }: Given,
): DeliveryPorts | undefined {
  if (environment.TASK_SECRETS !== 'written') return undefined;
  const { issuer, keyRings, timing } = given;
  const opaque = dynamoOpaqueTokens({ client: dynamo, table: environment.GRANTS_TABLE });
  const issue = tokenIssuer({
    ...{ issuer, lifetimeSeconds: timing.tokenSeconds, keyRings, opaque, random: systemRandom },
    signer: deploymentSigner({
      client: new KMSClient(clientDefaults),
      wrappedKeys: dynamoWrappedKeys({ client: dynamo, table: environment.REGISTRY_TABLE }),
      wrappingKey: { keyArn: environment.WRAPPING_KEY, deployment: environment.DEPLOYMENT },
      audit,
    }),
  });
  return {
    secrets: secretsManagerDeliveredTokens({ client: new SecretsManagerClient(clientDefaults) }),
    ...deliverable({ ...given, opaque, issue }),
  };
}
