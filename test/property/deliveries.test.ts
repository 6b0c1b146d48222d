import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { after } from '../../lambdas/runtime/clock.ts';
import { refuse } from '../../lambdas/runtime/result.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { type Account, aVault, resource, startAccount, type Vault } from './world-of-deliveries.ts';
import { aRefresher, stored } from './world-of-tasks.ts';

let tables: TestTables;
let account: Account;
let vault: Vault;

beforeAll(async () => {
  tables = await startTables();
  account = await startAccount();
});
afterAll(async () => {
  await account.stop();
  await tables.stop();
});

beforeEach(async () => {
  vault = await aVault(account, tables);
});
afterEach(() => {
  account.faults.clear();
});

const told = () => vault.world.told.map(({ event }) => event);

describe('a task whose tokens go into a secret', () => {
  test('has its first one there as soon as it is looked at, and everybody who wants to know is told', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    await vault.lookInTime(ports, task);
    const expiresAt = after(vault.world.now, 900);
    expect(await vault.held()).toEqual({
      ...{ access_token: 'canary-token-1', token_type: 'Bearer', expires_at: expiresAt },
      ...{ scope: 'tools:read', task_id: task.terms.id, resource },
    });
    const { delivered } = await stored(ports, task.terms.id);
    expect(delivered).toMatchObject({ at: vault.world.now, expiresAt });
    expect(vault.world.told).toMatchObject([
      {
        event: 'TaskTokenRefreshed',
        secretArn: vault.secretArn,
        secretVersion: delivered!.version,
        goodUntil: expiresAt,
      },
    ]);
    expect(vault.world.audited).toMatchObject([
      { event: 'task_token_delivered', secretArn: vault.secretArn, jti: '1'.padStart(22, '0') },
    ]);
    expect(JSON.stringify([vault.world.told, vault.world.audited])).not.toContain('canary');
  });

  test('has a good one there for as long as it goes on, and none more often than every ten minutes', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    const moved: number[] = [];
    await vault.lookInTime(ports, task);
    for (let before = vault.made.length; vault.world.now < task.ceiling;) {
      const { expires_at: end } = (await vault.held()) as { expires_at: number };
      const next = (await stored(ports, task.terms.id)).dueAt ?? task.ceiling;
      // The last one ends with its task, and no other comes before that.
      if (end < task.ceiling) expect(end).toBeGreaterThan(next + 30);
      if (next >= task.ceiling) break;
      await vault.lookInTime(ports, task);
      if (vault.made.length > before) moved.push(vault.world.now);
      before = vault.made.length;
    }
    expect(moved.length).toBeGreaterThan(10);
    expect(moved.slice(1).every((at, index) => at - moved[index]! >= 600)).toBe(true);
    expect(new Set(told())).toEqual(new Set(['TaskTokenRefreshed', 'TaskEnding']));
    const ids = vault.world.told.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has them delivered while its provider cannot be reached, on what it rides on', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    await vault.lookInTime(ports, task);
    vault.world.answer = () =>
      Promise.resolve({ kind: 'unreachable', what: 'identity provider', interaction: false });
    while (vault.made.length < 3) await vault.lookInTime(ports, task);
    const { failure, delivered } = await stored(ports, task.terms.id);
    expect(failure).toMatchObject({ reason: 'identity provider' });
    expect(await vault.held()).toMatchObject({
      access_token: 'canary-token-3',
      expires_at: delivered!.expiresAt,
    });
  });
});

describe('a token that cannot be delivered', () => {
  test.each([
    [
      'is not one that verifiers take',
      'delivery: token_not_good',
      () => {
        vault.isGood = false;
        return Promise.resolve();
      },
    ],
    [
      'has no secret to go to',
      'delivery: secret_gone',
      () =>
        account.client.send(
          new DeleteSecretCommand({ SecretId: vault.secretArn, ForceDeleteWithoutRecovery: true }),
        ),
    ],
    [
      'goes to a secret that is being deleted',
      'delivery: secret_not_usable',
      () =>
        account.client.send(new DeleteSecretCommand({ SecretId: vault.secretArn, RecoveryWindowInDays: 7 })),
    ],
  ])('because it %s leaves the task as good as it was, and is told of once', async (_, reason, spoil) => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    await spoil();
    for (let times = 0; times < 4; times += 1) await vault.lookInTime(ports, task);
    const failing = await stored(ports, task.terms.id);
    expect(failing).toMatchObject({ failure: { reason, count: 4 } });
    expect([failing.delivered, failing.ended]).toEqual([undefined, undefined]);
    expect(failing.dueAt! - vault.world.now).toBeLessThanOrEqual(300);
    expect(vault.world.told).toMatchObject([{ event: 'TaskFailed', reason, interaction: false }]);
    expect(vault.world.audited.filter(({ event }) => event === 'task_delivery_failed')).toHaveLength(4);
    if (!vault.isGood) expect([await vault.held(), await vault.versions()]).toEqual(['nothing yet', 1]);
  });

  test('is not vault.made where the task gives nothing, and where nobody puts tokens into secrets', async () => {
    const refusing = vault.delivering({
      plan: () => Promise.resolve(refuse({ reason: 'secret_not_allowed' })),
    });
    const task = await vault.open(refusing);
    await vault.lookInTime(refusing, task);
    expect((await stored(refusing, task.terms.id)).failure?.reason).toBe('delivery: secret_not_allowed');
    await vault.lookInTime(aRefresher(vault.world, tables), task);
    expect((await stored(refusing, task.terms.id)).failure?.reason).toBe('delivery: not_deployed');
    expect([await vault.held(), await vault.versions()]).toEqual(['nothing yet', 1]);
  });

  test('goes in when that is mended, and nothing fails any more', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    vault.isGood = false;
    await vault.lookInTime(ports, task);
    vault.isGood = true;
    await vault.lookInTime(ports, task);
    expect(await vault.held()).toMatchObject({ access_token: 'canary-token-2' });
    expect((await stored(ports, task.terms.id)).failure).toBeUndefined();
  });

  test('is one thing, and a provider that cannot be reached another: each is told of when it begins', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    vault.isGood = false;
    for (let times = 0; times < 3; times += 1) await vault.lookInTime(ports, task);
    const stands = vault.world.answer;
    vault.world.answer = () =>
      Promise.resolve({ kind: 'unreachable', what: 'identity provider', interaction: false });
    while ((await stored(ports, task.terms.id)).failure?.reason !== 'identity provider') {
      await vault.lookInTime(ports, task);
    }
    expect((await stored(ports, task.terms.id)).failure).toMatchObject({ count: 1, since: vault.world.now });
    vault.world.answer = stands;
    await vault.lookInTime(ports, task);
    expect((await stored(ports, task.terms.id)).failure).toMatchObject({
      ...{ reason: 'delivery: token_not_good', count: 1, since: vault.world.now },
    });
    expect(vault.world.told.map((event) => event.event === 'TaskFailed' && event.reason)).toEqual([
      ...['delivery: token_not_good', 'identity provider', 'delivery: token_not_good'],
    ]);
  });

  test('waits until the secret may change again, where another task changed it', async () => {
    const [one, other] = [await vault.open(vault.delivering()), await vault.open(vault.delivering())];
    const ports = vault.delivering();
    await vault.lookInTime(ports, one);
    await vault.lookInTime(ports, other);
    expect(vault.made).toHaveLength(1);
    const free = after(vault.world.now, 600);
    expect((await stored(ports, other.terms.id)).failure).toBeUndefined();
    while (vault.made.length < 2) await vault.lookInTime(ports, other);
    expect(vault.world.now).toBeGreaterThanOrEqual(free);
    expect(await vault.held()).toMatchObject({ task_id: other.terms.id });
  });

  test('that somebody else put there is no reason to wait', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    await account.client.send(
      new PutSecretValueCommand({ SecretId: vault.secretArn, SecretString: 'by hand' }),
    );
    await vault.lookInTime(ports, task);
    expect(await vault.held()).toMatchObject({ access_token: 'canary-token-1' });
  });
});
