import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsConnectionSeals } from '../../../lambdas/adapters/kms/connection-seals.ts';
import { secretsManagerConnectionSeals } from '../../../lambdas/adapters/secrets-manager/connection-secrets.ts';
import { eitherSeals } from '../../../lambdas/egress/either-seals.ts';
import type { ConnectionSeals, KeptSecret } from '../../../lambdas/ports/connections.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aBinding } from '../../contract/aws/connection-seals-contract.ts';
import { type ContractTarget, startContractTarget } from '../../contract/aws/target.ts';

let target: ContractTarget;
let keyArn: string;
beforeAll(async () => {
  target = await startContractTarget();
  keyArn = (await target.kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});
afterAll(() => target.stop());

function sealsIn(keptIn: KeptSecret['in']): ConnectionSeals {
  const options = { keyArn, deployment: 'Vestibule' };
  return eitherSeals(
    {
      item: kmsConnectionSeals({ ...options, client: target.kms }),
      secret: secretsManagerConnectionSeals({ ...options, client: target.secretsManager }),
    },
    keptIn,
  );
}

describe('what is kept of connections in items or in secrets', () => {
  it.each(['item', 'secret'] as const)('is kept in its %s, and opens from either', async (keptIn) => {
    const binding = aBinding();
    const seals = sealsIn(keptIn);
    const kept = await (await seals.prepare(binding))('access', new Secret('one'));
    expect(kept.in).toBe(keptIn);
    for (const place of ['item', 'secret'] as const) {
      expect((await sealsIn(place).open(binding, 'access', kept)).reveal()).toBe('one');
    }
  });

  it('is forgotten in secrets too where it is kept in items by now', async () => {
    const binding = aBinding();
    const kept = await (await sealsIn('secret').prepare(binding))('access', new Secret('one'));
    await sealsIn('item').forget(binding);
    await expect(sealsIn('secret').open(binding, 'access', kept)).rejects.toThrow('Secrets Manager');
  });
});
