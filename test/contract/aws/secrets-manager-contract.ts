import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import type { ContractTarget } from './target.ts';

/** What the product relies on in Secrets Manager. */
export function secretsManagerContract(target: () => ContractTarget): void {
  const create = async (value: string): Promise<{ arn: string; version: string }> => {
    const input = { Name: `contract/${randomUUID()}`, SecretString: value };
    const { ARN: arn, VersionId: version } = await target().secretsManager.send(
      new CreateSecretCommand(input),
    );
    return { arn: arn!, version: version! };
  };
  const valueOf = async (arn: string, stage?: string): Promise<string | undefined> => {
    const input = { SecretId: arn, ...(stage === undefined ? {} : { VersionStage: stage }) };
    return (await target().secretsManager.send(new GetSecretValueCommand(input))).SecretString;
  };

  it('moves AWSCURRENT to a new value and keeps the one before as AWSPREVIOUS', async () => {
    const { arn } = await create('first');
    await target().secretsManager.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'second' }));
    expect(await valueOf(arn)).toBe('second');
    expect(await valueOf(arn, 'AWSPREVIOUS')).toBe('first');
  });

  it('keeps a pending value apart until its stage is moved', async () => {
    const { arn, version } = await create('first');
    const { VersionId: pending } = await target().secretsManager.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: 'next', VersionStages: ['AWSPENDING'] }),
    );
    expect(await valueOf(arn)).toBe('first');
    await target().secretsManager.send(
      new UpdateSecretVersionStageCommand({
        SecretId: arn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: pending,
        RemoveFromVersionId: version,
      }),
    );
    expect(await valueOf(arn)).toBe('next');
    expect(await valueOf(arn, 'AWSPREVIOUS')).toBe('first');
  });

  it('takes the same token with the same value once, and refuses it with another', async () => {
    const { arn } = await create('first');
    const put = (value: string): Promise<unknown> => {
      const input = { SecretId: arn, SecretString: value, ClientRequestToken: token };
      return target().secretsManager.send(new PutSecretValueCommand(input));
    };
    const token = randomUUID();
    await put('second');
    await put('second');
    expect(await valueOf(arn, 'AWSPREVIOUS')).toBe('first');
    await expect(put('third')).rejects.toThrow(expect.objectContaining({ name: 'ResourceExistsException' }));
  });

  it('hides a secret that waits for its deletion, until it is restored', async () => {
    const { arn } = await create('kept');
    await target().secretsManager.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
    await expect(valueOf(arn)).rejects.toThrow(expect.objectContaining({ name: 'InvalidRequestException' }));
    const described = await target().secretsManager.send(new DescribeSecretCommand({ SecretId: arn }));
    expect(described.DeletedDate).toBeInstanceOf(Date);
    await target().secretsManager.send(new RestoreSecretCommand({ SecretId: arn }));
    expect(await valueOf(arn)).toBe('kept');
  });

  it('does not know a secret that was never made', async () => {
    await expect(valueOf(`contract/${randomUUID()}`)).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
  });

  it('makes passwords of the length and the characters asked for', async () => {
    const { RandomPassword: password } = await target().secretsManager.send(
      new GetRandomPasswordCommand({ PasswordLength: 48, ExcludePunctuation: true }),
    );
    expect(password).toMatch(/^[A-Za-z0-9]{48}$/);
  });
}
