import { randomBytes } from 'node:crypto';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../lambdas/adapters/aws.ts';
import { secretsManagerSealSecrets } from '../../lambdas/adapters/secrets-manager/seal-secrets.ts';
import { secretsManagerSeals } from '../../lambdas/adapters/secrets-manager/seals.ts';
import type { Seals } from '../../lambdas/ports/seals.ts';
import { type Clock, instant } from '../../lambdas/runtime/clock.ts';
import { systemRandom } from '../../lambdas/runtime/random.ts';
import { startCloud } from '../../local/aws/cloud.ts';
import { createFaultPlan, type FaultPlan } from '../../local/aws/faults.ts';
import { createVirtualClock } from '../../local/clock.ts';

/** A Secrets Manager with one secret for seals, and as many instances as a test needs. */
export interface SealCloud {
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
  readonly clock: Clock;
  readonly advance: (seconds: number) => void;
  readonly faults: FaultPlan;
  /** An instance of a function, with a memory of its own. */
  readonly instance: () => Seals;
  readonly rotate: () => Promise<void>;
  /** How often a value was asked for since the last call. */
  readonly reads: () => number;
  readonly stop: () => Promise<void>;
}

export async function startSealCloud(): Promise<SealCloud> {
  const time = createVirtualClock();
  const faults = createFaultPlan();
  const cloud = await startCloud({ region: 'us-east-1', account: '000000000000', clock: time, faults });
  const client = new SecretsManagerClient({
    ...clientDefaults,
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: cloud.root,
  });
  const value = (): string => randomBytes(36).toString('base64url');
  const made = await client.send(new CreateSecretCommand({ Name: 'seals', SecretString: value() }));
  const { ARN: secretArn = '' } = made;
  const clock: Clock = () => instant(Math.floor(time.now() / 1000));
  return {
    ...{ client, secretArn, clock, faults, advance: time.advance },
    instance: () =>
      secretsManagerSeals({
        secrets: secretsManagerSealSecrets({ client, secretArn, clock }),
        random: systemRandom,
      }),
    rotate: async () => {
      await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: value() }));
    },
    reads: () => {
      const { length } = cloud.ledger.calls().filter(({ action }) => action.endsWith(':GetSecretValue'));
      cloud.ledger.reset();
      return length;
    },
    stop: async () => {
      client.destroy();
      await cloud.stop();
    },
  };
}
