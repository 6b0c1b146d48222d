import { describe, expect, it } from 'vitest';
import { dynamoAssertionReplay } from '../../../lambdas/adapters/dynamodb/assertion-replay.ts';
import { dynamoKeyRingStore } from '../../../lambdas/adapters/dynamodb/key-ring-store.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { aUse } from './contention.ts';
import { aChange, aClient, anAgent, aResource } from './mothers.ts';
import { inFreshWorld } from './world.ts';

describe('a store of used assertions whose connections are cut after the effect', () => {
  it('counts the use for the attempt that made it and for no other', () =>
    inFreshWorld(async ({ farClient, grants, network }) => {
      const replay = dynamoAssertionReplay({ client: farClient(), table: grants });
      const use = aUse();
      network.loseReplies(1);
      expect(await replay.markUsed(use)).toBe(true);
      expect(await replay.markUsed(use)).toBe(true);
      expect(await replay.markUsed(aUse({ jti: use.jti }))).toBe(false);
    }));

  it('has one winner among four instances, though the first replies of all are lost', () =>
    inFreshWorld(async ({ farClient, grants, network }) => {
      network.gather(200);
      network.loseReplies(20);
      const { jti } = aUse();
      const instances = Array.from({ length: 4 }, () =>
        dynamoAssertionReplay({ client: farClient(), table: grants }),
      );
      const marks = instances.flatMap((replay) =>
        Array.from({ length: 60 }, () => replay.markUsed(aUse({ jti }))),
      );
      expect((await Promise.all(marks)).filter(Boolean)).toHaveLength(1);
      expect(network.peak()).toBeGreaterThanOrEqual(200);
    }));
});

describe('a store of the registry whose connections are cut after the effect', () => {
  it('registers once and says so', () =>
    inFreshWorld(async ({ farClient, registry, grants, network }) => {
      const store = dynamoRegistryStore({ client: farClient(), table: registry, grants });
      const resource = aResource();
      network.loseReplies(1);
      expect(await store.register('resource', { thing: resource }, aChange())).toEqual({
        outcome: 'written',
      });
      expect(await store.find('resource', resource.id)).toEqual({ thing: resource, version: 1 });
    }));

  it('replaces once and says so', () =>
    inFreshWorld(async ({ farClient, registry, grants, network }) => {
      const store = dynamoRegistryStore({ client: farClient(), table: registry, grants });
      const client = aClient();
      await store.register('client', { thing: client }, aChange());
      const draft = { thing: { ...client, name: 'renamed' } };
      network.loseReplies(1);
      expect(await store.replace('client', { thing: client, version: 1 }, draft, aChange())).toEqual({
        outcome: 'written',
      });
      expect(await store.find('client', client.id)).toEqual({ ...draft, version: 2 });
    }));

  it('removes once and says so', () =>
    inFreshWorld(async ({ farClient, registry, grants, network }) => {
      const store = dynamoRegistryStore({ client: farClient(), table: registry, grants });
      const agent = anAgent();
      await store.register('agent', { thing: agent }, aChange());
      network.loseReplies(1);
      expect(await store.remove('agent', { thing: agent, version: 1 }, aChange())).toBe('removed');
      expect(await store.find('agent', agent.id)).toBeUndefined();
    }));
});

describe('a store of the key ring whose connections are cut after the effect', () => {
  it('replaces the ring once and says so', () =>
    inFreshWorld(async ({ farClient, registry, network }) => {
      const ring = dynamoKeyRingStore({ client: farClient(), table: registry });
      const empty = await ring.read();
      network.loseReplies(1);
      expect(await ring.replace(empty, { keys: [] }, aChange())).toBe(true);
      expect(await ring.read()).toEqual({ version: 1, keys: [] });
      expect(await ring.replace(empty, { keys: [] }, aChange())).toBe(false);
    }));
});
