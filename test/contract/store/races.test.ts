import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoKeyRingStore } from '../../../lambdas/adapters/dynamodb/key-ring-store.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import type { WriteOutcome } from '../../../lambdas/ports/registry-store.ts';
import type { AgentId, Audience, ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { aChange, aClient, anAgent, aResource } from './mothers.ts';
import { inFreshWorld } from './world.ts';

const count = (outcomes: readonly WriteOutcome[], outcome: WriteOutcome['outcome']): number =>
  outcomes.filter((one) => one.outcome === outcome).length;

describe('a store of the registry under concurrent callers', () => {
  it('gives an identifier to one of 200 agents, clients and resources, and names it to all others', () =>
    inFreshWorld(async ({ farClient, registry, grants, network }) => {
      network.gather(200);
      const store = dynamoRegistryStore({ client: farClient(), table: registry, grants });
      const resources = Array.from({ length: 66 }, () => aResource({ audience: 'wanted' as Audience }));
      const outcomes = await Promise.all([
        ...resources.map((thing) => store.register('resource', { thing }, aChange())),
        ...Array.from({ length: 67 }, () =>
          store.register('agent', { thing: anAgent({ id: 'wanted' as AgentId }) }, aChange()),
        ),
        ...Array.from({ length: 67 }, () =>
          store.register('client', { thing: aClient({ id: 'wanted' as ClientId }) }, aChange()),
        ),
      ]);
      expect(network.peak()).toBeGreaterThanOrEqual(200);
      expect(count(outcomes, 'written')).toBe(1);
      const others = outcomes.filter(({ outcome }) => outcome !== 'written');
      expect(new Set(others.map((other) => JSON.stringify(other)))).toEqual(
        new Set([JSON.stringify({ outcome: 'taken', identifier: 'wanted' })]),
      );
      const ids = resources.map(({ id }) => id);
      const registered = await store.resources({ uris: [], ids });
      expect(registered).toHaveLength(count(outcomes.slice(0, resources.length), 'written'));
    }));

  it('replaces a version once for callers within one and the same request', () =>
    inFreshWorld(async ({ farClient, registry, grants, network }) => {
      const store = dynamoRegistryStore({ client: farClient(), table: registry, grants });
      const [agent, change] = [anAgent(), aChange()];
      await store.register('agent', { thing: agent }, change);
      network.gather(100);
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, caller) =>
          store.replace(
            'agent',
            { thing: agent, version: 1 },
            { thing: { ...agent, name: `${caller}` } },
            change,
          ),
        ),
      );
      expect([count(outcomes, 'written'), count(outcomes, 'moved_on')]).toEqual([1, 99]);
      const winner = outcomes.findIndex(({ outcome }) => outcome === 'written');
      expect((await store.find('agent', agent.id))?.thing.name).toBe(`${winner}`);
    }));

  it('either changes or removes what two callers read at the same version', () =>
    inFreshWorld(async ({ farClient, registry, grants }) => {
      const store = dynamoRegistryStore({ client: farClient(), table: registry, grants });
      for (let round = 0; round < 20; round += 1) {
        const client = aClient();
        await store.register('client', { thing: client }, aChange());
        const from = { thing: client, version: 1 };
        const disabled = { thing: { ...client, state: 'disabled' as const } };
        const [replaced, removed] = await Promise.all([
          store.replace('client', from, disabled, aChange()),
          store.remove('client', from, aChange()),
        ]);
        const stored = await store.find('client', client.id);
        expect([replaced.outcome, removed, stored]).toEqual(
          removed === 'removed'
            ? ['moved_on', 'removed', undefined]
            : ['written', 'moved_on', { ...disabled, version: 2 }],
        );
      }
    }));

  it('writes nothing of a replacement that asks for what another holds', () =>
    inFreshWorld(async ({ client, registry, grants }) => {
      const store = dynamoRegistryStore({ client, table: registry, grants });
      const [holder, resource] = [aResource(), aResource()];
      for (const thing of [holder, resource]) await store.register('resource', { thing }, aChange());
      const from = { thing: resource, version: 1 };
      const wishes = [
        { ...resource, uri: holder.uri },
        { ...resource, audience: holder.audience },
      ];
      for (const thing of wishes) {
        expect(await store.replace('resource', from, { thing }, aChange())).toEqual({
          outcome: 'taken',
          identifier: holder.uri,
        });
      }
      expect(await store.find('resource', resource.id)).toEqual(from);
      expect(await store.find('resource', holder.id)).toEqual({ thing: holder, version: 1 });
    }));

  it('names no resource that took over the URI of one asked for by id', () =>
    inFreshWorld(async ({ client, farClient, registry, grants }) => {
      const here = dynamoRegistryStore({ client, table: registry, grants });
      const asked = aResource();
      await here.register('resource', { thing: asked }, aChange());
      const far = farClient();
      beforeRead(far, `resource#${asked.uri}`, async () => {
        await here.remove('resource', { thing: asked, version: 1 }, aChange());
        await here.register('resource', { thing: aResource({ uri: asked.uri }) }, aChange());
      });
      const there = dynamoRegistryStore({ client: far, table: registry, grants });
      expect(await there.resources({ uris: [], ids: [asked.id] })).toEqual([]);
    }));

  it('knows no cursor of another kind', () =>
    inFreshWorld(async ({ client, registry, grants }) => {
      const store = dynamoRegistryStore({ client, table: registry, grants });
      for (const thing of [anAgent(), anAgent()]) await store.register('agent', { thing }, aChange());
      const { cursor } = (await store.list('agent', { limit: 1 }))!;
      expect(await store.list('client', { limit: 1, cursor: cursor! })).toBeUndefined();
      expect((await store.list('agent', { limit: 1, cursor: cursor! }))?.things).toHaveLength(1);
    }));
});

describe('a store of the key ring under concurrent callers', () => {
  it('replaces a version once for callers within one and the same request', () =>
    inFreshWorld(async ({ farClient, registry, network }) => {
      const ring = dynamoKeyRingStore({ client: farClient(), table: registry });
      for (const version of [0, 1]) {
        const from = await ring.read();
        expect(from.version).toBe(version);
        network.gather(200);
        const outcomes = await Promise.all(
          Array.from({ length: 200 }, () => ring.replace(from, { keys: [] }, aChange())),
        );
        expect(outcomes.filter(Boolean)).toHaveLength(1);
        expect((await ring.read()).version).toBe(version + 1);
      }
    }));
});

/** Lets `happen` come between whatever led this client to that key and its reading of it. */
function beforeRead(client: DynamoDBClient, key: string, happen: () => Promise<void>): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      if (JSON.stringify(args.input).includes(JSON.stringify(key))) await happen();
      return next(args);
    },
    { step: 'initialize', name: 'beforeRead' },
  );
}
