import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsConnectionSeals } from '../../../lambdas/adapters/kms/connection-seals.ts';
import type { ConnectionSeals } from '../../../lambdas/ports/connections.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aBinding, describeConnectionSeals } from '../../contract/aws/connection-seals-contract.ts';
import { counting } from './a-wrapped-ring.ts';
import { type KmsService, startKms } from './kms-service.ts';

let kms: KmsService;
let keyArn: string;
beforeAll(async () => {
  kms = await startKms();
  keyArn = (await kms.client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});
afterAll(() => {
  kms.stop();
});

function seals(deployment = 'Vestibule'): ConnectionSeals {
  return kmsConnectionSeals({ client: kms.client, keyArn, deployment });
}

describe('in envelopes of KMS', () => {
  describeConnectionSeals(() => ({ seals: seals(), ofAnotherDeployment: seals('Other') }));

  it.each(['ciphertext', 'iv', 'wrappedKey'] as const)(
    'opens nothing whose %s was altered anywhere',
    async (member) => {
      const binding = aBinding();
      const kept = await (await seals().prepare(binding))('access', new Secret('canary'));
      if (kept.in !== 'item') throw new Error('it is not kept in the item');
      const bytes = Buffer.from(kept[member], 'base64');
      for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const altered = Buffer.from(bytes);
        altered[at] = bytes[at]! ^ 1;
        const opening = seals().open(binding, 'access', { ...kept, [member]: altered.toString('base64') });
        await expect(opening).rejects.toThrow(/./);
      }
    },
  );

  it('asks KMS before there is anything to seal, and for nothing once there is', async () => {
    const generated = counting(kms.client, 'GenerateDataKey');
    const seal = await seals().prepare(aBinding());
    expect(generated()).toBe(2);
    kms.throttle(true);
    expect(await seal('access', new Secret('one'))).toMatchObject({ in: 'item' });
    expect(await seal('grant', new Secret('two'))).toMatchObject({ in: 'item' });
    kms.throttle(false);
  });

  it('is an outage of KMS where that is throttled or has not the key', async () => {
    const [binding, known] = [aBinding(), seals()];
    const kept = await (await known.prepare(binding))('grant', new Secret('canary'));
    kms.throttle(true);
    await expect(known.prepare(binding)).rejects.toThrow(DependencyUnavailable);
    await expect(known.open(binding, 'grant', kept)).rejects.toThrow('KMS is unavailable');
    kms.throttle(false);
    const nowhere = 'arn:aws:kms:us-east-1:000000000000:key/none';
    const other = kmsConnectionSeals({ client: kms.client, keyArn: nowhere, deployment: 'Vestibule' });
    await expect(other.prepare(binding)).rejects.toThrow(DependencyUnavailable);
  });

  it('opens nothing that is kept elsewhere', async () => {
    const kept = { in: 'secret', arn: 'arn', version: 'v' } as const;
    await expect(seals().open(aBinding(), 'access', kept)).rejects.toThrow('kept in a secret');
  });
});
