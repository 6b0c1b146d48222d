import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoKeyRingStore } from '../../lambdas/adapters/dynamodb/key-ring-store.ts';
import { stateOf, standbysOf } from '../../lambdas/keys/key-state.ts';
import { keyPolicy } from '../../lambdas/keys/policy.ts';
import type { KeyRingPorts } from '../../lambdas/keys/ports.ts';
import { rotate, withdraw } from '../../lambdas/keys/rotate.ts';
import { tend } from '../../lambdas/keys/tend.ts';
import { keySet } from '../../lambdas/oauth/metadata/key-set.ts';
import { signingKeyAt } from '../../lambdas/oauth/tokens/key-ring.ts';
import type { KeyRing, KeyRingStore, SigningKey } from '../../lambdas/ports/signing.ts';
import { after, type Instant, instant } from '../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../lambdas/runtime/dependency.ts';
import type { KeyThumbprint } from '../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../lambdas/runtime/random.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';

const policy = keyPolicy({
  ...{ custody: 'kms', algorithm: 'RS256' },
  ...{ rotationDays: 90, longestTokenSeconds: 3_600, keySetMaxAgeSeconds: 300, functionSeconds: 120 },
});
const tokenSeconds = 3_600;

let tables: TestTables;
let store: KeyRingStore;
beforeAll(async () => {
  tables = await startTables();
  store = dynamoKeyRingStore({ client: tables.client(), table: tables.registry });
});
afterAll(async () => {
  await tables.stop();
});

class Ended extends Error {}

interface World {
  now: Instant;
  requests: number;
  /** Private halves that exist, by the intent they were made for. */
  readonly made: Map<string, SigningKey>;
  readonly live: Set<KeyThumbprint>;
  readonly withdrawn: Set<string>;
  readonly tokens: { readonly kid: string; readonly until: Instant }[];
  /** Every ring, and since when it is the one that is stored. */
  readonly rings: { readonly ring: KeyRing; readonly since: Instant }[];
}

/** Each call of one process, which may end before or after one of them, and never comes back. */
function mortal(end: number): <Reply>(call: () => Promise<Reply>) => Promise<Reply> {
  let moments = 0;
  return async (call) => {
    if (++moments >= end) throw new Ended();
    const reply = await call();
    if (++moments >= end) throw new Ended();
    return reply;
  };
}

function aProcess(world: World, end: number): KeyRingPorts {
  const step = mortal(end);
  return {
    ...{ policy, clock: () => world.now, random: systemRandom, audit: () => undefined },
    keyRing: {
      read: () => step(() => store.read()),
      replace: (from, next, change) => step(() => store.replace(from, next, change)),
    },
    maker: {
      make: (intent) => step(() => Promise.resolve(keyOf(world, intent))),
      destroy: (key) =>
        step(() => {
          expect(stateOf(key, world.now)).toBe('gone');
          world.live.delete(key.kid);
          return Promise.resolve();
        }),
    },
  };
}

function keyOf(world: World, intent: string): SigningKey {
  const kid = `key-${intent}` as KeyThumbprint;
  const key: SigningKey = world.made.get(intent) ?? {
    ...{ kid, custody: { kind: 'kms', keyArn: `arn:${kid}` }, algorithm: 'RS256' },
    ...{ publicJwk: { kty: 'RSA', n: kid, e: 'AQAB' }, publishedAt: world.now },
  };
  if (!world.made.has(intent)) world.live.add(kid);
  world.made.set(intent, key);
  return key;
}

type Task = (ports: KeyRingPorts, author: { actor: string; requestId: string }) => Promise<unknown>;

/** Resolves with whether the task came to its end. */
async function attempt(world: World, end: number, task: Task): Promise<boolean> {
  world.requests += 1;
  const author = { actor: 'test', requestId: `request-${world.requests}` };
  try {
    await task(aProcess(world, end), author);
    return true;
  } catch (error) {
    if (!(error instanceof Ended || error instanceof DependencyUnavailable)) throw error;
    return false;
  }
}

/** What must hold at every moment, whatever was interrupted before. */
async function check(world: World): Promise<KeyRing> {
  const ring = await store.read();
  world.rings.push({ ring, since: world.now });
  const turns = ring.keys.flatMap((key) => [key.signFrom, key.signUntil, key.publishUntil]);
  for (const at of [
    world.now,
    ...turns.filter((turn) => turn !== undefined && turn > world.now),
  ] as Instant[]) {
    expect(ring.keys.filter((key) => stateOf(key, at) === 'active')).toHaveLength(1);
    expect(keySet(ring, at).keys).toHaveLength(ring.keys.filter((key) => stateOf(key, at) !== 'gone').length);
  }
  const published = keySet(ring, world.now).keys.map((key) => key['kid']);
  for (const { kid, until } of world.tokens) {
    if (world.now < until && !world.withdrawn.has(kid)) expect(published).toContain(kid);
  }
  for (const kid of world.withdrawn) expect(published).not.toContain(kid);
  for (const key of ring.keys.filter((each) => stateOf(each, world.now) !== 'gone')) {
    expect(world.live).toContain(key.kid);
  }
  return ring;
}

const ends = fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, fc.integer({ min: 1, max: 24 }));

type Command = (world: World) => Promise<void>;

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc
    .constantFrom(1, 4, 6, 16, 200, 3_600, 4_100, 86_400, 30 * 86_400, 91 * 86_400)
    .map((seconds): Command => (world) => {
      world.now = after(world.now, seconds);
      return Promise.resolve();
    }),
  ends.map((end): Command => async (world) => {
    const before = await store.read();
    const isDone = await attempt(world, end, tend);
    const ring = await check(world);
    for (const { kid, signFrom, publishedAt } of ring.keys) {
      const waited = before.keys.find((key) => key.kid === kid && key.signFrom === undefined);
      if (waited !== undefined && signFrom !== undefined)
        expect(signFrom - publishedAt).toBeGreaterThan(86_399);
    }
    if (!isDone) return;
    expect(ring.making).toBeUndefined();
    expect(standbysOf(ring, policy, world.now)).not.toHaveLength(0);
    expect([...world.live].sort()).toEqual(ring.keys.map(({ kid }) => kid).sort());
  }),
  ends.map((end): Command => async (world) => {
    const standbys = standbysOf(await store.read(), policy, world.now).length;
    await attempt(world, end, rotate);
    const ring = await check(world);
    if (standbys > 0) expect(standbysOf(ring, policy, world.now)).not.toHaveLength(0);
  }),
  fc.tuple(ends, fc.nat()).map(([end, which]): Command => async (world) => {
    const { keys } = await store.read();
    const { kid } = keys[which % keys.length]!;
    await attempt(world, end, (ports, author) => withdraw(ports, kid, author));
    const key = (await store.read()).keys.find((each) => each.kid === kid);
    if (key === undefined || stateOf(key, world.now) === 'gone') world.withdrawn.add(kid);
  }),
  fc.tuple(ends, ends).map(([one, other]): Command => async (world) => {
    await Promise.all([attempt(world, one, rotate), attempt(world, other, tend)]);
  }),
  // An instance signs with the ring that was stored up to five seconds ago.
  fc.nat(4).map((age): Command => (world) => {
    const read = after(world.now, -age);
    const cached = world.rings.findLast(({ since }) => since <= read) ?? world.rings[0]!;
    const until = after(world.now, tokenSeconds);
    const key = signingKeyAt(cached.ring, world.now, until);
    if (!world.rings.some(({ ring }) => ring.keys.some(({ kid }) => world.withdrawn.has(kid)))) {
      expect(key).toBeDefined();
      expect(key?.kid).toBe(signingKeyAt(world.rings.at(-1)!.ring, world.now, until)?.kid);
    }
    if (key !== undefined) world.tokens.push({ kid: key.kid, until });
    return Promise.resolve();
  }),
);

test('one key signs and all that verify are published, wherever a rotation is interrupted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commands, { minLength: 5, maxLength: 25 }), async (walk) => {
      const Key = { pk: { S: 'key-ring#signing' } };
      await tables.client().send(new DeleteItemCommand({ TableName: tables.registry, Key }));
      const world: World = {
        ...{ now: instant(1_800_000_000), requests: 0, made: new Map(), live: new Set() },
        ...{ withdrawn: new Set(), tokens: [], rings: [] },
      };
      await attempt(world, Infinity, tend);
      await check(world);
      for (const command of walk) {
        await command(world);
        await check(world);
      }
      world.now = after(world.now, policy.makingSeconds);
      expect(await attempt(world, Infinity, tend)).toBe(true);
      const ring = await check(world);
      expect([...world.live].sort()).toEqual(ring.keys.map(({ kid }) => kid).sort());
    }),
    { numRuns: 60 },
  );
}, 60_000);
