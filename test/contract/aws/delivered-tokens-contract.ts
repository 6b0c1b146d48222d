import { randomBytes, randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { secretsManagerDeliveredTokens } from '../../../lambdas/adapters/secrets-manager/delivered-tokens.ts';
import type { DeliveredToken, DeliveredTokens } from '../../../lambdas/ports/delivered-tokens.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import type { ContractTarget } from './target.ts';

const id = () => randomBytes(16).toString('base64url');
const aToken = (expiresAt = 1_800_000_000): DeliveredToken => ({
  ...{ taskId: id() as TaskId, jti: id(), expiresAt: instant(expiresAt) },
});

/** What deliveries promise of the secrets that they go into. */
export function deliveredTokensContract(target: () => ContractTarget): void {
  const ports = (): DeliveredTokens => secretsManagerDeliveredTokens({ client: target().secretsManager });
  const create = async (SecretString?: string): Promise<string> => {
    const input = { Name: `contract/${randomUUID()}`, ...(SecretString !== undefined && { SecretString }) };
    return (await target().secretsManager.send(new CreateSecretCommand(input))).ARN!;
  };
  const read = async (SecretId: string): Promise<string | undefined> =>
    (await target().secretsManager.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  const contentOf = async (arn: string) => {
    const found = await ports().find(arn);
    if (!found.ok) throw new Error(found.refusal.reason);
    return found.value;
  };
  const written = async (arn: string, token: DeliveredToken, text = 'a token') => {
    const put = await ports().put(arn, token, new Secret(text));
    if (!put.ok) throw new Error(put.refusal.reason);
    return put.value;
  };
  const put = async (arn: string, token = aToken()) => (await written(arn, token)).version;

  it('knows no delivered version of a secret that is empty, nor of one that somebody else filled', async () => {
    expect(await contentOf(await create())).toEqual({ current: undefined, last: undefined });
    const filled = await contentOf(await create('by hand'));
    expect([typeof filled.current, filled.last]).toEqual(['string', undefined]);
  });

  it('puts a token where nobody reads it, and tells by its name which that is', async () => {
    const arn = await create('before');
    const token = aToken();
    const version = await put(arn, token);
    expect(await read(arn)).toBe('before');
    const { current, last } = await contentOf(arn);
    expect(current).not.toBe(version);
    expect(last).toEqual({ ...token, version, at: expect.any(Number) as number });
    expect(Math.abs(last!.at - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('adds one version for the same token with the same text, and none for it with another', async () => {
    const arn = await create('before');
    const token = aToken();
    expect(await put(arn, token)).toBe(await put(arn, token));
    await expect(written(arn, token, 'another')).rejects.toThrow(DependencyUnavailable);
    const all = new ListSecretVersionIdsCommand({ SecretId: arn, IncludeDeprecated: true });
    expect((await target().secretsManager.send(all)).Versions).toHaveLength(2);
  });

  it('knows the last of two that were put, be the other current or not', async () => {
    const arn = await create('before');
    const [one, other] = [aToken(), aToken(1_800_000_900)];
    await put(arn, one);
    const version = await put(arn, other);
    expect((await contentOf(arn)).last).toMatchObject({ ...other, version });
  });

  it('has everybody read what is promoted, and keeps what was read before it', async () => {
    const arn = await create('before');
    const { current: from } = await contentOf(arn);
    const to = await put(arn);
    expect(await ports().promote(arn, { from, to })).toEqual({ ok: true, value: true });
    expect(await read(arn)).toBe('a token');
    const before = new GetSecretValueCommand({ SecretId: arn, VersionStage: 'AWSPREVIOUS' });
    expect((await target().secretsManager.send(before)).SecretString).toBe('before');
    expect(await contentOf(arn)).toMatchObject({ current: to, last: { version: to } });
    // A reply that was lost: it is asked for again.
    expect(await ports().promote(arn, { from, to })).toEqual({ ok: true, value: true });
  });

  it('has everybody read at once what is the first version of an empty secret', async () => {
    const arn = await create();
    const { version, isCurrent } = await written(arn, aToken());
    expect([await read(arn), isCurrent]).toEqual(['a token', true]);
    expect(await contentOf(arn)).toMatchObject({ current: version, last: { version } });
  });

  it('promotes nothing over what somebody else made current meanwhile', async () => {
    const arn = await create('before');
    const { current: from } = await contentOf(arn);
    const to = await put(arn);
    await target().secretsManager.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'by hand' }));
    await expect(ports().promote(arn, { from, to })).rejects.toThrow(DependencyUnavailable);
    expect(await read(arn)).toBe('by hand');
  });

  it('puts nothing into a secret that waits for its deletion, and says so', async () => {
    const arn = await create('kept');
    await target().secretsManager.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }));
    const unusable = { ok: false, refusal: { reason: 'secret_not_usable' } };
    expect(await ports().put(arn, aToken(), new Secret('a token'))).toEqual(unusable);
  });

  it('says of a secret that was never made that it is gone', async () => {
    const never = (await create()).replace('contract/', `contract/${randomUUID()}`);
    const gone = { ok: false, refusal: { reason: 'secret_gone' } };
    expect(await ports().find(never)).toEqual(gone);
    expect(await ports().put(never, aToken(), new Secret('a token'))).toEqual(gone);
    expect(await ports().promote(never, { from: undefined, to: 'version' })).toEqual(gone);
  });
}
