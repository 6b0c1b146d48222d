import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dynamoConnections } from '../../../lambdas/adapters/dynamodb/connections.ts';
import type { ConnectionOutcome, Connections } from '../../../lambdas/ports/connections.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { aConnection, aPlace, connected, found, leased, now, someTokens } from './connection-mothers.ts';
import { inFreshWorld, type World } from './world.ts';

const renewed: ConnectionOutcome = { kind: 'renewed', tokens: someTokens('second') };

function instancesOf({ farClient, grants }: World): readonly Connections[] {
  return Array.from({ length: 4 }, () => dynamoConnections({ client: farClient(), table: grants }));
}

/** Fifty calls of each instance. */
function byAll<Answer>(
  instances: readonly Connections[],
  call: (connections: Connections, nth: number) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const calls = instances.flatMap((each, instance) =>
    Array.from({ length: 50 }, (_, nth) => call(each, 50 * instance + nth)),
  );
  return Promise.all(calls);
}

describe('connections among four instances, the first replies of which are lost after the effect', () => {
  it('are made once', () =>
    inFreshWorld(async (world) => {
      const instances = instancesOf(world);
      const place = aPlace();
      world.network.gather(200);
      world.network.loseReplies(20);
      const made = await byAll(instances, (each) => each.connect(aConnection(place), now));
      expect(world.network.peak()).toBeGreaterThanOrEqual(200);
      expect(made.filter(Boolean)).toHaveLength(1);
    }));

  it('are leased to one, and settled by that one in one write, whatever strangers bring', () =>
    inFreshWorld(async (world) => {
      const connections = dynamoConnections({ client: world.client, table: world.grants });
      const instances = instancesOf(world);
      const connection = await connected(connections);
      const attempts = Array.from({ length: 200 }, () => randomUUID());
      world.network.gather(200);
      world.network.loseReplies(20);
      const leases = await byAll(instances, (each, nth) => leased(each, connection, attempts[nth]!));
      expect(world.network.peak()).toBeGreaterThanOrEqual(200);
      const winners = attempts.filter((_, nth) => leases[nth]);
      expect(winners).toHaveLength(1);
      world.network.loseReplies(20);
      const told = await byAll(instances, (each, nth) =>
        each.settle(connection, nth % 2 === 0 ? winners[0]! : 'stranger', renewed, now),
      );
      expect(told.every((isSettled, nth) => isSettled === (nth % 2 === 0))).toBe(true);
      expect(await found(connections, connection)).toMatchObject({ version: 2, ...someTokens('second') });
    }));

  it('are removed while two hundred disconnect, lease and remove them, and come back by no late answer', () =>
    inFreshWorld(async (world) => {
      const connections = dynamoConnections({ client: world.client, table: world.grants });
      const instances = instancesOf(world);
      const connection = await connected(connections);
      await leased(connections, connection, 'renewing');
      world.network.loseReplies(20);
      const told = await byAll(instances, async (each, nth) => {
        if (nth === 7) return each.settle(connection, 'renewing', renewed, now);
        const isGone = !(await each.disconnect(connection, now));
        const seen = await each.find(connection);
        if (isGone || seen === undefined) return true;
        const attempt = randomUUID();
        // Who was renewing it may not have answered yet.
        const lease = { attempt, until: after(now, 60) };
        return (await each.lease(seen, lease, after(now, 30))) && each.remove(seen, attempt);
      });
      expect(told.some(Boolean)).toBe(true);
      expect(await connections.find(connection)).toBeUndefined();
      expect(await connections.settle(connection, 'renewing', renewed, now)).toBe(false);
      expect(await connections.find(connection)).toBeUndefined();
    }));
});
