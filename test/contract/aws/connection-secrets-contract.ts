import { inspect } from 'node:util';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { beforeAll, expect, it } from 'vitest';
import { clientDefaults } from '../../../lambdas/adapters/aws.ts';
import { secretsManagerConnectionSeals } from '../../../lambdas/adapters/secrets-manager/connection-secrets.ts';
import type { ConnectionSeals, KeptSecret } from '../../../lambdas/ports/connections.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import { aBinding, describeConnectionSeals } from './connection-seals-contract.ts';
import type { ContractTarget } from './target.ts';

/** What keeping the tokens of connections in secrets promises, beyond what all seals do. */
export function connectionSecretsContract(target: () => ContractTarget): void {
  let keyArn = '';
  beforeAll(async () => {
    keyArn = (await target().kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  });
  const sealsOf = (deployment: string, client = target().secretsManager): ConnectionSeals =>
    secretsManagerConnectionSeals({ client, keyArn, deployment });
  const inSecret = (kept: KeptSecret): Extract<KeptSecret, { readonly in: 'secret' }> => {
    if (kept.in !== 'secret') throw new Error('it is not kept in a secret');
    return kept;
  };
  describeConnectionSeals(() => ({ seals: sealsOf('Vestibule'), ofAnotherDeployment: sealsOf('Other') }));

  it('makes a secret for each part, under the key and the name that roles are limited to, and adds to it', async () => {
    const [binding, seals] = [aBinding(), sealsOf('Vestibule')];
    const seal = await seals.prepare(binding);
    const first = inSecret(await seal('access', new Secret('first')));
    const grant = inSecret(await seal('grant', new Secret('grant')));
    const SecretId = `Vestibule/connection/access/${binding.connection}`;
    const described = await target().secretsManager.send(new DescribeSecretCommand({ SecretId }));
    expect([described.ARN, described.KmsKeyId]).toEqual([first.arn, keyArn]);
    expect(grant.arn).toContain(`Vestibule/connection/grant/${binding.connection}`);
    const again = await seals.prepare(binding);
    const second = inSecret(await again('access', new Secret('second')));
    expect(second.arn).toBe(first.arn);
    expect(second.version).not.toBe(first.version);
    expect((await seals.open(binding, 'access', first)).reveal()).toBe('first');
    expect((await seals.open(binding, 'access', second)).reveal()).toBe('second');
  });

  it('seals for all who were told that there is no secret yet', async () => {
    const [binding, seals] = [aBinding(), sealsOf('Vestibule')];
    const prepared = await Promise.all(Array.from({ length: 8 }, () => seals.prepare(binding)));
    const kept = await Promise.all(prepared.map((seal, nth) => seal('grant', new Secret(`text ${nth}`))));
    const opened = await Promise.all(kept.map((each) => seals.open(binding, 'grant', each)));
    expect(opened.map((text) => text.reveal())).toEqual(kept.map((_, nth) => `text ${nth}`));
    expect(new Set(kept.map((each) => inSecret(each).arn)).size).toBe(1);
  });

  it('opens nothing once it is forgotten', async () => {
    const [binding, seals] = [aBinding(), sealsOf('Vestibule')];
    const seal = await seals.prepare(binding);
    const [access, grant] = [await seal('access', new Secret('one')), await seal('grant', new Secret('two'))];
    await seals.forget(binding);
    await expect(seals.open(binding, 'access', access)).rejects.toThrow(DependencyUnavailable);
    await expect(seals.open(binding, 'grant', grant)).rejects.toThrow(DependencyUnavailable);
    const SecretId = inSecret(access).arn;
    await expect(target().secretsManager.send(new GetSecretValueCommand({ SecretId }))).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
  });

  it.each(['canary that is no JSON', '{"canary":true}', ' '])(
    'opens no value that somebody else put there, and shows nothing of it: %j',
    async (value) => {
      const [binding, seals] = [aBinding(), sealsOf('Vestibule')];
      const kept = inSecret(await (await seals.prepare(binding))('access', new Secret('one')));
      const { VersionId: version } = await target().secretsManager.send(
        new PutSecretValueCommand({ SecretId: kept.arn, SecretString: value }),
      );
      const moved = { ...kept, version: version! };
      const error: unknown = await seals.open(binding, 'access', moved).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('canary');
    },
  );

  it('opens nothing that is kept in its item', async () => {
    const kept = { in: 'item', wrappedKey: 'a2V5', iv: 'aXY=', ciphertext: 'one' } as const;
    await expect(sealsOf('Vestibule').open(aBinding(), 'access', kept)).rejects.toThrow('in no secret');
  });

  it('is an outage of Secrets Manager, told before a provider is asked, where nobody answers there', async () => {
    const credentials = { accessKeyId: 'contract', secretAccessKey: 'contract' };
    const endpoint = `http://127.0.0.1:${await freePortBlock()}`;
    const nowhere = new SecretsManagerClient({
      ...{ ...clientDefaults, endpoint, region: 'us-east-1', credentials },
    });
    await expect(sealsOf('Vestibule', nowhere).prepare(aBinding())).rejects.toThrow(DependencyUnavailable);
    nowhere.destroy();
  });
}
