import { randomBytes } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientDefaults } from '../../lambdas/adapters/aws.ts';
import { secretsManagerDeliveredTokens } from '../../lambdas/adapters/secrets-manager/delivered-tokens.ts';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after, instant } from '../../lambdas/runtime/clock.ts';
import type { ResourceUri } from '../../lambdas/runtime/identifiers.ts';
import { ok, refuse } from '../../lambdas/runtime/result.ts';
import type { DeliveryPorts } from '../../lambdas/tasks/deliver.ts';
import { look, type Looked } from '../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../lambdas/tasks/ports.ts';
import { startCloud } from '../../local/aws/cloud.ts';
import { createFaultPlan, type FaultPlan } from '../../local/aws/faults.ts';
import { createVirtualClock, type VirtualClock } from '../../local/clock.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { capturedLog } from '../unit/http/captured-log.ts';
import { aRefresher, aWorld, opened, stored, type World } from './world-of-tasks.ts';

const resource = 'https://mcp.example.com/mcp' as ResourceUri;
const place = { region: 'us-east-1', account: '000000000000' };

let tables: TestTables;
let cloud: Awaited<ReturnType<typeof startCloud>>;
let client: SecretsManagerClient;
let time: VirtualClock;
let faults: FaultPlan;
let world: World;
let secretArn: string;
/** The tokens that were made, in order, and whether the next is one that verifiers take. */
let made: string[];
let isGood: boolean;

beforeAll(async () => {
  tables = await startTables();
  time = createVirtualClock();
  faults = createFaultPlan();
  cloud = await startCloud({ ...place, clock: time, faults });
  client = new SecretsManagerClient({
    ...clientDefaults,
    ...{ endpoint: cloud.endpoint, region: place.region, credentials: cloud.root },
  });
});
afterAll(async () => {
  client.destroy();
  await cloud.stop();
  await tables.stop();
});

beforeEach(async () => {
  [world, made, isGood] = [aWorld(), [], true];
  world.now = instant(Math.floor(time.now() / 1_000));
  const Name = `vestibule/tasks/${randomBytes(6).toString('hex')}`;
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name, SecretString: 'nothing yet' }));
  secretArn = ARN;
});
afterEach(() => {
  faults.clear();
});

function delivering(changes: Partial<DeliveryPorts> = {}): RefreshPorts {
  const delivery: DeliveryPorts = {
    secrets: secretsManagerDeliveredTokens({ client }),
    mint: (task, _, { now }) => {
      const text = `canary-token-${made.push('')}`;
      made.splice(-1, 1, text);
      const expiresAt = instant(Math.min(now + 900, task.goodUntil));
      return Promise.resolve(ok({ text, jti: `jti-${made.length}`, scope: 'tools:read', expiresAt }));
    },
    works: (token) => Promise.resolve(isGood && token === made.at(-1)),
    ...changes,
  };
  return { ...aRefresher(world, tables), delivery };
}

async function open(ports: RefreshPorts, differences: Partial<StoredTask> = {}): Promise<StoredTask> {
  return opened(ports, {
    ...{ ceiling: after(world.now, 10_800), lastHeartbeatAt: world.now, confirmedAt: world.now },
    ...{ goodUntil: after(world.now, 4_500), dueAt: world.now },
    ...differences,
    terms: { delivery: { kind: 'secret', secretArn, resource }, openedAt: world.now },
  });
}

/** Looks at a task as soon as it is due; the clock of AWS goes along. */
async function lookInTime(ports: RefreshPorts, { terms: { id } }: StoredTask): Promise<Looked> {
  const { dueAt } = await stored(ports, id);
  if (dueAt === undefined) throw new Error('nothing is due of it');
  pass(Math.max(0, dueAt - world.now));
  return look(ports, { id, dueAt }, 'request');
}

function pass(seconds: number): void {
  world.now = after(world.now, seconds);
  time.advance(world.now - time.now() / 1_000);
}

async function held(): Promise<unknown> {
  const { SecretString: text = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  return text.startsWith('{') ? JSON.parse(text) : text;
}

async function versions(): Promise<number> {
  const all = await client.send(
    new ListSecretVersionIdsCommand({ SecretId: secretArn, IncludeDeprecated: true }),
  );
  return all.Versions?.length ?? 0;
}

const told = () => world.told.map(({ event }) => event);

describe('a task whose tokens go into a secret', () => {
  test('has its first one there as soon as it is looked at, and everybody who wants to know is told', async () => {
    const ports = delivering();
    const task = await open(ports);
    await lookInTime(ports, task);
    const expiresAt = after(world.now, 900);
    expect(await held()).toEqual({
      ...{ access_token: 'canary-token-1', token_type: 'Bearer', expires_at: expiresAt },
      ...{ scope: 'tools:read', task_id: task.terms.id, resource },
    });
    const { delivered } = await stored(ports, task.terms.id);
    expect(delivered).toMatchObject({ at: world.now, expiresAt });
    expect(world.told).toMatchObject([
      { event: 'TaskTokenRefreshed', secretArn, secretVersion: delivered!.version, goodUntil: expiresAt },
    ]);
    expect(world.audited).toMatchObject([{ event: 'task_token_delivered', secretArn, jti: 'jti-1' }]);
    expect(JSON.stringify([world.told, world.audited])).not.toContain('canary');
  });

  test('has a good one there for as long as it goes on, and none more often than every ten minutes', async () => {
    const ports = delivering();
    const task = await open(ports);
    const moved: number[] = [];
    await lookInTime(ports, task);
    for (let before = made.length; world.now < task.ceiling;) {
      const { expires_at: end } = (await held()) as { expires_at: number };
      const next = (await stored(ports, task.terms.id)).dueAt ?? task.ceiling;
      if (next < task.ceiling) expect(end).toBeGreaterThan(next + 30);
      if (next >= task.ceiling) break;
      await lookInTime(ports, task);
      if (made.length > before) moved.push(world.now);
      before = made.length;
    }
    expect(moved.length).toBeGreaterThan(10);
    expect(moved.slice(1).every((at, index) => at - moved[index]! >= 600)).toBe(true);
    expect(new Set(told())).toEqual(new Set(['TaskTokenRefreshed', 'TaskEnding']));
    const ids = world.told.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has them delivered while its provider cannot be reached, on what it rides on', async () => {
    const ports = delivering();
    const task = await open(ports);
    await lookInTime(ports, task);
    world.answer = () =>
      Promise.resolve({ kind: 'unreachable', what: 'identity provider', interaction: false });
    while (made.length < 3) await lookInTime(ports, task);
    const { failure, delivered } = await stored(ports, task.terms.id);
    expect(failure).toMatchObject({ reason: 'identity provider' });
    expect(await held()).toMatchObject({ access_token: 'canary-token-3', expires_at: delivered!.expiresAt });
  });
});

describe('a token that cannot be delivered', () => {
  test.each([
    [
      'is not one that verifiers take',
      'delivery: token_not_good',
      () => {
        isGood = false;
        return Promise.resolve();
      },
    ],
    [
      'has no secret to go to',
      'delivery: secret_gone',
      () => client.send(new DeleteSecretCommand({ SecretId: secretArn, ForceDeleteWithoutRecovery: true })),
    ],
    [
      'goes to a secret that is being deleted',
      'delivery: secret_not_usable',
      () => client.send(new DeleteSecretCommand({ SecretId: secretArn, RecoveryWindowInDays: 7 })),
    ],
  ])('because it %s leaves the task as good as it was, and is told of once', async (_, reason, spoil) => {
    const ports = delivering();
    const task = await open(ports);
    await spoil();
    for (let times = 0; times < 4; times += 1) await lookInTime(ports, task);
    const failing = await stored(ports, task.terms.id);
    expect(failing).toMatchObject({ failure: { reason, count: 4 } });
    expect([failing.delivered, failing.ended]).toEqual([undefined, undefined]);
    expect(failing.dueAt! - world.now).toBeLessThanOrEqual(300);
    expect(world.told).toMatchObject([{ event: 'TaskFailed', reason, interaction: false }]);
    expect(world.audited.filter(({ event }) => event === 'task_delivery_failed')).toHaveLength(4);
    if (!isGood) expect(await held()).toBe('nothing yet');
  });

  test('is not made where the task gives nothing, and where nobody puts tokens into secrets', async () => {
    const refusing = delivering({ mint: () => Promise.resolve(refuse({ reason: 'secret_not_allowed' })) });
    const task = await open(refusing);
    await lookInTime(refusing, task);
    expect((await stored(refusing, task.terms.id)).failure?.reason).toBe('delivery: secret_not_allowed');
    await lookInTime(aRefresher(world, tables), task);
    expect((await stored(refusing, task.terms.id)).failure?.reason).toBe('delivery: not_deployed');
    expect([await held(), await versions()]).toEqual(['nothing yet', 1]);
  });

  test('goes in when that is mended, and nothing fails any more', async () => {
    const ports = delivering();
    const task = await open(ports);
    isGood = false;
    await lookInTime(ports, task);
    isGood = true;
    await lookInTime(ports, task);
    expect(await held()).toMatchObject({ access_token: 'canary-token-2' });
    expect((await stored(ports, task.terms.id)).failure).toBeUndefined();
  });

  test('is one thing, and a provider that cannot be reached another: each is told of when it begins', async () => {
    const ports = delivering();
    const task = await open(ports);
    isGood = false;
    for (let times = 0; times < 3; times += 1) await lookInTime(ports, task);
    const stands = world.answer;
    world.answer = () =>
      Promise.resolve({ kind: 'unreachable', what: 'identity provider', interaction: false });
    while ((await stored(ports, task.terms.id)).failure?.reason !== 'identity provider') {
      await lookInTime(ports, task);
    }
    expect((await stored(ports, task.terms.id)).failure).toMatchObject({ count: 1, since: world.now });
    world.answer = stands;
    await lookInTime(ports, task);
    expect((await stored(ports, task.terms.id)).failure).toMatchObject({
      ...{ reason: 'delivery: token_not_good', count: 1, since: world.now },
    });
    expect(world.told.map((event) => event.event === 'TaskFailed' && event.reason)).toEqual([
      ...['delivery: token_not_good', 'identity provider', 'delivery: token_not_good'],
    ]);
  });

  test('waits until the secret may change again, where another task changed it', async () => {
    const [one, other] = [await open(delivering()), await open(delivering())];
    const ports = delivering();
    await lookInTime(ports, one);
    await lookInTime(ports, other);
    expect(made).toHaveLength(1);
    const free = after(world.now, 600);
    expect((await stored(ports, other.terms.id)).failure).toBeUndefined();
    while (made.length < 2) await lookInTime(ports, other);
    expect(world.now).toBeGreaterThanOrEqual(free);
    expect(await held()).toMatchObject({ task_id: other.terms.id });
  });

  test('that somebody else put there is no reason to wait', async () => {
    const ports = delivering();
    const task = await open(ports);
    await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'by hand' }));
    await lookInTime(ports, task);
    expect(await held()).toMatchObject({ access_token: 'canary-token-1' });
  });
});

describe('a delivery that is interrupted', () => {
  test.each(['ListSecretVersionIds', 'PutSecretValue', 'UpdateSecretVersionStage'])(
    'at %s leaves what is current, and the next one makes up for it',
    async (operation) => {
      const ports = delivering();
      const task = await open(ports);
      await lookInTime(ports, task);
      const first = await held();
      faults.add(`secretsmanager:${operation}=throttle@1-3`);
      const log = await capturedLog(async () => {
        while (!world.told.some(({ event }) => event === 'TaskFailed')) await lookInTime(ports, task);
      });
      expect(await held()).toEqual(first);
      expect(log).toMatchObject([{ message: 'dependency unavailable', dependency: 'Secrets Manager' }]);
      expect(JSON.stringify(log)).not.toContain('canary');
      await lookInTime(ports, task);
      expect(await held()).toMatchObject({ access_token: made.at(-1) });
      const { expires_at: end } = first as { expires_at: number };
      expect(world.now).toBeLessThan(end);
    },
  );

  test('when a reply is lost delivers once', async () => {
    const ports = delivering();
    const task = await open(ports);
    faults.add('secretsmanager:PutSecretValue=timeout@1,secretsmanager:UpdateSecretVersionStage=timeout@1');
    await lookInTime(ports, task);
    expect([await held(), await versions()]).toEqual([
      expect.objectContaining({ access_token: 'canary-token-1' }),
      2,
    ]);
  });

  test('after its token became current is not done again before the secret may change', async () => {
    const ports = delivering();
    const task = await open(ports);
    const settle = (): Promise<boolean> => Promise.reject(new Error('crashed'));
    const crashing = { ...ports, tasks: { ...ports.tasks, settle } };
    const log = await capturedLog(() => expect(lookInTime(crashing, task)).rejects.toThrow('crashed'));
    expect(JSON.stringify(log)).not.toContain('canary');
    pass(301);
    await lookInTime(ports, task);
    expect([made.length, await versions()]).toEqual([1, 2]);
    while (made.length < 2) await lookInTime(ports, task);
    expect(await held()).toMatchObject({ access_token: 'canary-token-2' });
  });
});
