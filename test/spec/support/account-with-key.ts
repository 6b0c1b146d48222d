import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';

/** An account in which somebody had a key made before anything was deployed there. */
export interface AccountWithKey {
  /** For the run that is deployed into it. */
  readonly stateDirectory: string;
  readonly keyArn: string;
  readonly publicKey: KeyObject;
  readonly remove: () => void;
}

/** A config can name its key: the ARN is known before the app is synthesized. */
export async function accountWithKey(): Promise<AccountWithKey> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'vestibule-account-'));
  const cloud = await startCloud({
    ...{ region: 'us-east-1', account: '000000000000', stateDirectory: join(stateDirectory, 'aws') },
    ...{ clock: createVirtualClock(), faults: createFaultPlan() },
  });
  const { endpoint, operator: credentials } = cloud;
  const kms = new KMSClient({ endpoint, region: 'us-east-1', credentials });
  try {
    const made = await kms.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }));
    const { Arn: keyArn = '' } = made.KeyMetadata ?? {};
    const { PublicKey: spki = [] } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return {
      ...{ stateDirectory, keyArn, publicKey },
      remove: () => {
        rmSync(stateDirectory, { recursive: true, force: true });
      },
    };
  } finally {
    kms.destroy();
    await cloud.stop();
  }
}
