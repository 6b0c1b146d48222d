import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triesOnce } from '../../../lambdas/adapters/aws.ts';
import { dynamoKeyRingStore } from '../../../lambdas/adapters/dynamodb/key-ring-store.ts';
import { kmsKeyMaker } from '../../../lambdas/adapters/kms/key-maker.ts';
import { endAllKeys } from '../../../lambdas/keys/end.ts';
import { stateOf } from '../../../lambdas/keys/key-state.ts';
import { keyPolicy } from '../../../lambdas/keys/policy.ts';
import type { KeyAuthor, KeyRingPorts } from '../../../lambdas/keys/ports.ts';
import { rotate, withdraw } from '../../../lambdas/keys/rotate.ts';
import { tend } from '../../../lambdas/keys/tend.ts';
import type { KeyRing } from '../../../lambdas/ports/signing.ts';
import { after, instant, type Instant } from '../../../lambdas/runtime/clock.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { type KmsService, startKms } from '../adapters/kms-service.ts';
import { type End, foreignKey, liveKeys, mortal, ProcessEnded } from './mortal-clients.ts';

const policy = keyPolicy({
  ...{ custody: 'kms', algorithm: 'RS256' },
  ...{ rotationDays: 90, longestTokenSeconds: 3_600, keySetMaxAgeSeconds: 300, functionSeconds: 120 },
});
const start = instant(1_800_000_000);
const days = (count: number): number => count * 86_400;
const deployment: KeyAuthor = { actor: 'deployment/Vestibule', requestId: 'deployment' };

type Task = (ports: KeyRingPorts, author: KeyAuthor) => Promise<unknown>;

let tables: TestTables;
let kms: KmsService;
let foreign: string;
beforeAll(async () => {
  tables = await startTables();
  kms = await startKms();
  foreign = await foreignKey(kms.client);
});
afterAll(async () => {
  kms.stop();
  await tables.stop();
});

/** What one process has to do with the ring, and how many calls it made so far. */
function aProcess(now: Instant, end?: End): { readonly ports: KeyRingPorts; readonly calls: () => number } {
  const [dynamo, client, creatingClient] = [tables.client(), kms.newClient(), kms.newClient(triesOnce)];
  const calls = mortal([dynamo, client, creatingClient], end);
  return {
    calls,
    ports: {
      keyRing: dynamoKeyRingStore({ client: dynamo, table: tables.registry }),
      maker: kmsKeyMaker({ client, creatingClient, deployment: 'Vestibule', deletionDays: 7 }),
      ...{ policy, clock: () => now, random: systemRandom, audit: () => undefined },
    },
  };
}

async function emptyRing(): Promise<void> {
  await endAllKeys(aProcess(start).ports, deployment);
  const Key = { pk: { S: 'key-ring#signing' } };
  await tables.client().send(new DeleteItemCommand({ TableName: tables.registry, Key }));
}

const arnsIn = ({ keys }: KeyRing): readonly string[] =>
  keys.flatMap(({ custody }) => (custody.kind === 'kms' ? [custody.keyArn] : [])).sort();

/**
 * Ends the task at each of its calls, has another request take it up when the first one's claim is over, and expects
 * the same kinds of keys as without an interruption, and every key of KMS in the ring.
 */
async function survives(prepare: () => Promise<unknown>, task: Task, at: Instant): Promise<void> {
  const later = after(at, policy.makingSeconds);
  const shape = ({ keys }: KeyRing): unknown =>
    keys
      .filter((key) => stateOf(key, later) !== 'gone')
      .map(({ signFrom, signUntil }) => [signFrom !== undefined, signUntil !== undefined]);
  await prepare();
  const whole = aProcess(at);
  await task(whole.ports, { actor: 'test', requestId: 'uninterrupted' });
  const expected = shape(await whole.ports.keyRing.read());

  for (let call = 1; call <= whole.calls() - 1; call += 1) {
    for (const when of ['before', 'after'] as const) {
      await emptyRing();
      await prepare();
      const mortals = aProcess(at, { call, when }).ports;
      await task(mortals, { actor: 'test', requestId: 'first' }).catch((error: unknown) => {
        const cause = error instanceof Error ? (error.cause ?? error) : error;
        if (!(cause instanceof ProcessEnded)) throw error;
      });
      const { ports } = aProcess(later);
      await task(ports, { actor: 'test', requestId: 'second' });
      const ring = await ports.keyRing.read();
      const where = `${when} call ${call}`;
      expect(ring.making, where).toBeUndefined();
      expect(await liveKeys(kms.client), where).toEqual([...arnsIn(ring), foreign].sort());
      expect(shape(ring), where).toEqual(expected);
    }
  }
  await emptyRing();
}

const nothing = (): Promise<void> => Promise.resolve();
const deployed = (): Promise<unknown> => tend(aProcess(start).ports, deployment);

describe('a process that ends at any of its calls', () => {
  it('leaves a first deployment that the next one completes', () => survives(nothing, tend, start), 60_000);

  it(
    'leaves a scheduled rotation that the next run completes',
    () => survives(deployed, tend, after(start, days(91))),
    60_000,
  );

  it('leaves a retired key that the next run destroys', async () => {
    const retired = async (): Promise<void> => {
      await deployed();
      await tend(aProcess(after(start, days(91))).ports, { actor: 'test', requestId: 'rotation' });
    };
    await survives(retired, tend, after(start, days(92)));
  }, 60_000);

  it(
    'leaves an emergency that the operator completes by asking again',
    () =>
      survives(
        deployed,
        async (ports, author) => {
          const [first] = (await ports.keyRing.read()).keys;
          await withdraw(ports, first!.kid, author);
          await tend(ports, author);
        },
        after(start, days(2)),
      ),
    60_000,
  );

  it('leaves no key behind when it is to end them all', async () => {
    for (let call = 1; call <= 8; call += 1) {
      for (const when of ['before', 'after'] as const) {
        await deployed();
        await endAllKeys(aProcess(start, { call, when }).ports, deployment).catch(() => undefined);
        await emptyRing();
        expect(await liveKeys(kms.client)).toEqual([foreign]);
      }
    }
  }, 60_000);
});

describe('several rotations at once', () => {
  it('are one: the others are told that one is under way', async () => {
    await deployed();
    const at = after(start, days(2));
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        rotate(aProcess(at).ports, { actor: 'operator', requestId: `operator-${number}` }),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const ring = await aProcess(at).ports.keyRing.read();
    expect(ring.keys).toHaveLength(3);
    expect(await liveKeys(kms.client)).toEqual([...arnsIn(ring), foreign].sort());
    await emptyRing();
  });
});
