import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamodb/registry.ts';
import { kmsSigner } from '../../../lambdas/adapters/kms/signer.ts';
import { currentKey } from '../../../lambdas/oauth/tokens/current-key.ts';
import { signJwt } from '../../../lambdas/oauth/tokens/sign-jwt.ts';
import { after, type Clock, instant } from '../../../lambdas/runtime/clock.ts';
import type { TestDeployment } from '../../support/deployment.ts';

export interface OwnSignatures {
  /** An access token by the key of the deployment that says just that, as no request could have it made. */
  readonly accessToken: (claims: object) => Promise<string>;
  readonly stop: () => void;
}

/** What somebody could make who may sign with the keys of a running deployment. */
export function ownSignatures({ run, operator }: TestDeployment): OwnSignatures {
  const access = { endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator };
  const [dynamo, kms] = [new DynamoDBClient(access), new KMSClient(access)];
  const clock: Clock = () => instant(Math.floor(run.clock.now() / 1000));
  const registry = run.resources.find(({ logicalId }) => logicalId.startsWith('VestibuleRegistryTable'))!;
  const { keyRings } = dynamoRegistry({ client: dynamo, table: registry.physicalId, clock });
  return {
    accessToken: async (claims) => {
      const key = await currentKey(keyRings, clock(), after(clock(), 3_600));
      return signJwt(kmsSigner({ client: kms }), key, 'at+jwt', claims);
    },
    stop: () => {
      dynamo.destroy();
      kms.destroy();
    },
  };
}
