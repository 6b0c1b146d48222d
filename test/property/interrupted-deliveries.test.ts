import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { after } from '../../lambdas/runtime/clock.ts';
import { refuse } from '../../lambdas/runtime/result.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { capturedLog } from '../unit/http/captured-log.ts';
import { type Account, aVault, startAccount, type Vault } from './world-of-deliveries.ts';
import { stored } from './world-of-tasks.ts';

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

describe('a delivery that is interrupted', () => {
  test.each([
    ['ListSecretVersionIds', 2],
    ['PutSecretValue', 3],
    ['UpdateSecretVersionStage', 2],
  ])('at %s leaves what is current, and the next one makes up for it', async (operation, tokens) => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    await vault.lookInTime(ports, task);
    const first = await vault.held();
    account.faults.add(`secretsmanager:${operation}=throttle@1-3`);
    const log = await capturedLog(async () => {
      while (!vault.world.told.some(({ event }) => event === 'TaskFailed'))
        await vault.lookInTime(ports, task);
    });
    expect(await vault.held()).toEqual(first);
    expect(log).toMatchObject([{ message: 'dependency unavailable', dependency: 'Secrets Manager' }]);
    expect(JSON.stringify(log)).not.toContain('canary');
    await vault.lookInTime(ports, task);
    expect(await vault.held()).toMatchObject({ access_token: vault.made.at(-1) });
    expect([vault.made.length, await vault.versions()]).toEqual([tokens, 3]);
    const { expires_at: end } = first as { expires_at: number };
    expect(vault.world.now).toBeLessThan(end);
  });

  test('when a reply is lost delivers once', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    account.faults.add(
      'secretsmanager:PutSecretValue=timeout@1,secretsmanager:UpdateSecretVersionStage=timeout@1',
    );
    await vault.lookInTime(ports, task);
    expect([await vault.held(), await vault.versions()]).toEqual([
      expect.objectContaining({ access_token: 'canary-token-1' }),
      2,
    ]);
  });

  test('after its token was written goes on with that one, as often as it takes', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    account.faults.add('secretsmanager:UpdateSecretVersionStage=throttle@1-9');
    await capturedLog(async () => {
      for (let times = 0; times < 3; times += 1) await vault.lookInTime(ports, task);
    });
    expect([await vault.held(), await vault.versions()]).toEqual(['nothing yet', 2]);
    await vault.lookInTime(ports, task);
    expect([vault.made.length, await vault.versions()]).toEqual([1, 2]);
    expect(await vault.held()).toMatchObject({ access_token: 'canary-token-1' });
    const { delivered, failure } = await stored(ports, task.terms.id);
    expect([delivered?.expiresAt, failure]).toEqual([after(task.terms.openedAt, 900), undefined]);
  });

  test('after its token was written leaves it there unread, where its agent may do that no more', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    account.faults.add('secretsmanager:UpdateSecretVersionStage=throttle@1-3');
    await capturedLog(() => vault.lookInTime(ports, task));
    const refusing = vault.delivering({
      plan: () => Promise.resolve(refuse({ reason: 'secret_not_allowed' })),
    });
    await vault.lookInTime(refusing, task);
    expect((await stored(ports, task.terms.id)).failure?.reason).toBe('delivery: secret_not_allowed');
    expect([await vault.held(), vault.made.length]).toEqual(['nothing yet', 1]);
  });

  test('after its token became current is written down by who comes next, and told of under one id', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    const settle = (): Promise<boolean> => Promise.reject(new Error('crashed'));
    const crashing = { ...ports, tasks: { ...ports.tasks, settle } };
    // The clock of AWS is another.
    account.advance(2);
    const log = await capturedLog(() => expect(vault.lookInTime(crashing, task)).rejects.toThrow('crashed'));
    expect(JSON.stringify(log)).not.toContain('canary');
    vault.pass(301);
    await vault.lookInTime(ports, task);
    expect([vault.made.length, await vault.versions()]).toEqual([1, 2]);
    expect((await stored(ports, task.terms.id)).delivered?.expiresAt).toBe(after(task.terms.openedAt, 900));
    expect(told()).toEqual(['TaskTokenRefreshed', 'TaskTokenRefreshed']);
    expect(new Set(vault.world.told.map(({ id }) => id)).size).toBe(1);
    while (vault.made.length < 2) await vault.lookInTime(ports, task);
    expect(vault.world.now).toBeGreaterThanOrEqual(after(task.terms.openedAt, 600));
    expect(await vault.held()).toMatchObject({ access_token: 'canary-token-2' });
  });

  test('because nobody hears of it is told of when somebody does, and nothing is written again', async () => {
    const ports = vault.delivering();
    const task = await vault.open(ports);
    vault.world.isDeaf = true;
    await capturedLog(() => vault.lookInTime(ports, task));
    expect(await vault.held()).toMatchObject({ access_token: 'canary-token-1' });
    expect((await stored(ports, task.terms.id)).dueAt! - vault.world.now).toBeLessThanOrEqual(30);
    vault.world.isDeaf = false;
    await vault.lookInTime(ports, task);
    expect((await stored(ports, task.terms.id)).delivered?.expiresAt).toBe(after(task.terms.openedAt, 900));
    expect(told()).toEqual(['TaskTokenRefreshed']);
    expect([vault.made.length, await vault.versions()]).toEqual([1, 2]);
  });
});
