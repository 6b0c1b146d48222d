import type { BatchGetItemCommandOutput, BatchGetItemInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoKeyRingStore } from '../../../lambdas/adapters/dynamodb/key-ring-store.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamodb/registry.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { AgentId, ClientId, EgressProviderId } from '../../../lambdas/runtime/identifiers.ts';
import { aChange, aClient, anAgent, anApi, aResource, aRoleClient, awsIssuer, fresh } from './mothers.ts';
import { aProvider } from './provider-mother.ts';
import { type World, inFreshWorld } from './world.ts';

type Batches = (
  input: BatchGetItemInput,
  next: () => Promise<BatchGetItemCommandOutput>,
) => Promise<BatchGetItemCommandOutput>;

/** A reader on a clock of its own. `calls` are the keys of each BatchGetItem; `batches` may meddle with them. */
function aReader({ client, farClient, registry, grants }: World, needsKeyRing = false) {
  const observed = farClient();
  const calls: (readonly string[])[] = [];
  const time = { now: instant(1_800_000_000) };
  const network: { batches: Batches } = { batches: (_, next) => next() };
  observed.middlewareStack.add(
    (next) => async (args) => {
      const input = args.input as BatchGetItemInput;
      calls.push(Object.values(input.RequestItems!)[0]!.Keys!.map(({ pk }) => pk!.S!));
      let metadata: object = {};
      const output = await network.batches(input, async () => {
        const result = await next(args);
        metadata = result;
        return result.output as BatchGetItemCommandOutput;
      });
      return { response: {}, ...metadata, output };
    },
    { step: 'initialize', name: 'observed' },
  );
  return {
    ...dynamoRegistry({
      ...{ client: observed, table: registry, clock: () => time.now, needsKeyRing },
      apisAmongResources: true,
      egress: ['nobody', 'tracker'] as EgressProviderId[],
    }),
    store: dynamoRegistryStore({ client, table: registry, grants }),
    ring: dynamoKeyRingStore({ client, table: registry }),
    calls,
    network,
    advance: (seconds: number) => {
      time.now = after(time.now, seconds);
    },
  };
}

const emptyHanded: Batches = (input) =>
  Promise.resolve({ $metadata: {}, Responses: {}, UnprocessedKeys: input.RequestItems });

describe('a reader of the registry', () => {
  it('learns in one call whether a URI is that of an API or of a resource, and what it was for 5 seconds', () =>
    inFreshWorld(async (world) => {
      const { apis, registry, store, calls, advance } = aReader(world);
      const [api, resource] = [anApi(), aResource()];
      await store.register('api', { thing: api }, aChange());
      await store.register('resource', { thing: resource }, aChange());
      expect(await apis.find(api.uri)).toEqual(api);
      expect(await apis.find(resource.uri)).toBeUndefined();
      expect(await registry.view({ resourceUri: resource.uri })).toEqual({ resource });
      expect(calls).toEqual([api, resource].map(({ uri }) => [`api#${uri}`, `resource#${uri}`]));
      await store.remove('api', (await store.find('api', api.id))!, aChange());
      advance(4);
      expect(await apis.find(api.uri)).toEqual(api);
      advance(1);
      expect(await apis.find(api.uri)).toBeUndefined();
    }));

  it('knows a third party that was disabled for no more than 5 seconds', () =>
    inFreshWorld(async (world) => {
      const { egressProviders, store, advance } = aReader(world);
      const id = 'tracker' as EgressProviderId;
      const active = aProvider({ id });
      await store.register('provider', { thing: active }, aChange());
      expect(await egressProviders.all()).toEqual([active]);
      expect(await egressProviders.find(id)).toEqual(active);
      const from = await store.find('provider', id);
      await store.replace('provider', from!, { thing: { ...active, state: 'disabled' } }, aChange());
      advance(5);
      expect(await egressProviders.find(id)).toMatchObject({ state: 'disabled' });
      expect(await egressProviders.find('nobody' as EgressProviderId)).toBeUndefined();
    }));

  it('remembers for 5 seconds who is not registered, and then looks once more', () =>
    inFreshWorld(async (world) => {
      const { registry, calls, advance } = aReader(world);
      const names = { clientId: 'nobody' as ClientId };
      for (let asked = 0; asked < 50; asked += 1) expect(await registry.view(names)).toEqual({});
      expect(calls).toEqual([['client#nobody']]);
      advance(5);
      await registry.view(names);
      expect(calls).toHaveLength(2);
    }));

  it('reads a client, its agent, a resource and the key ring in one call once it knows whose the client is', () =>
    inFreshWorld(async (world) => {
      const { registry, keyRings, store, calls, advance } = aReader(world);
      const [agent, resource] = [anAgent(), aResource()];
      const client = aClient({ agentId: agent.id });
      await store.register('agent', { thing: agent }, aChange());
      await store.register('resource', { thing: resource }, aChange());
      await store.register('client', { thing: client }, aChange());
      const names = { clientId: client.id, resourceUri: resource.uri };
      await registry.view(names);
      await keyRings.current();
      advance(5);
      calls.length = 0;
      expect(await registry.view(names)).toEqual({ client, agent, resource });
      expect(await keyRings.current()).toEqual({ version: 0, keys: [] });
      expect(calls).toEqual([
        [`client#${client.id}`, `agent#${agent.id}`, `resource#${resource.uri}`, 'key-ring#signing'],
      ]);
    }));

  it('finds the client of an AWS role by the first pattern that is registered, in one call once it is known', () =>
    inFreshWorld(async (world) => {
      const { registry, store, calls, advance } = aReader(world);
      const agent = anAgent();
      const [everyone, crew] = [
        aRoleClient('*', { agentId: agent.id }),
        aRoleClient('crew/*', { agentId: agent.id }),
      ];
      await store.register('agent', { thing: agent }, aChange());
      await store.register('client', { thing: everyone }, aChange());
      await store.register('client', { thing: crew }, aChange());
      const base = 'arn:aws:iam::123456789012:role';
      const named = (...names: readonly string[]) => ({
        awsRole: { issuer: awsIssuer, patterns: names.map((name) => `${base}/${name}`) },
      });
      expect(await registry.view(named('crew/x', 'crew/*', '*'))).toEqual({ client: crew, agent });
      expect(await registry.view(named('y', '*'))).toEqual({ client: everyone, agent });
      expect(await registry.view(named('crew'))).toEqual({});
      advance(5);
      calls.length = 0;
      expect(await registry.view(named('crew/x', 'crew/*', '*'))).toEqual({ client: crew, agent });
      expect(calls).toHaveLength(1);
      advance(5);
      await store.remove('client', (await store.find('client', crew.id))!, aChange());
      expect(await registry.view(named('crew/x', 'crew/*', '*'))).toEqual({ client: everyone, agent });
    }));

  it('shares no read that was sent 5 seconds ago or earlier', () =>
    inFreshWorld(async (world) => {
      const { registry, store, calls, network, advance } = aReader(world);
      const client = aClient({ agentId: fresh('gone') as AgentId });
      const late = Promise.withResolvers<undefined>();
      network.batches = async (_, next) => {
        const answer = await next();
        if (calls.length === 1) await late.promise;
        return answer;
      };
      const early = registry.view({ clientId: client.id });
      await expect.poll(() => calls.length).toBe(1);
      advance(4);
      const sharing = registry.view({ clientId: client.id });
      await store.register('client', { thing: client }, aChange());
      advance(1);
      expect(await registry.view({ clientId: client.id })).toEqual({ client });
      late.resolve(undefined);
      expect(await early).toEqual(await sharing);
      expect(await registry.view({ clientId: client.id })).toEqual({ client });
      expect(calls.filter(([key]) => key === `client#${client.id}`)).toHaveLength(2);
    }));

  it('asks again for the keys that the service left unprocessed', () =>
    inFreshWorld(async (world) => {
      const { resources, store, calls, network } = aReader(world);
      const resource = aResource();
      await store.register('resource', { thing: resource }, aChange());
      network.batches = (input, next) => (calls.length < 3 ? emptyHanded(input, next) : next());
      expect(await resources.findByUri(resource.uri)).toEqual(resource);
      expect(calls).toEqual(Array.from({ length: 3 }, () => [`resource#${resource.uri}`]));
    }));

  it('never takes an unprocessed key for an absent one', () =>
    inFreshWorld(async (world) => {
      const { resources, store, network } = aReader(world);
      const resource = aResource();
      await store.register('resource', { thing: resource }, aChange());
      network.batches = emptyHanded;
      await expect(resources.findByUri(resource.uri)).rejects.toThrow(DependencyUnavailable);
      network.batches = (_, next) => next();
      expect(await resources.findByUri(resource.uri)).toEqual(resource);
    }));

  it('fails everyone who shares a failed read, and nobody after them', () =>
    inFreshWorld(async (world) => {
      const { registry, store, calls, network } = aReader(world);
      const client = aClient({ agentId: fresh('gone') as AgentId });
      await store.register('client', { thing: client }, aChange());
      network.batches = () => Promise.reject(new Error('throttled'));
      const views = Array.from({ length: 20 }, () => registry.view({ clientId: client.id }));
      for (const outcome of await Promise.allSettled(views)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'DependencyUnavailable' } });
      }
      expect(calls).toHaveLength(1);
      network.batches = (_, next) => next();
      expect(await registry.view({ clientId: client.id })).toEqual({ client });
    }));

  it('finds disabled resources too, by URI and by id', () =>
    inFreshWorld(async (world) => {
      const { resources, store } = aReader(world);
      const resource = aResource({ state: 'disabled' });
      await store.register('resource', { thing: resource }, aChange());
      expect(await resources.findByUri(resource.uri)).toEqual(resource);
      expect(await resources.findById(resource.id)).toEqual(resource);
    }));
});

describe('a reader of the key ring', () => {
  it('follows a rotation after 5 seconds and reads nothing before', () =>
    inFreshWorld(async (world) => {
      const { keyRings, ring, calls, advance } = aReader(world);
      expect(await keyRings.current()).toEqual({ version: 0, keys: [] });
      await ring.replace(await ring.read(), { keys: [] }, aChange());
      advance(4);
      expect((await keyRings.current()).version).toBe(0);
      expect(calls).toHaveLength(1);
      advance(1);
      expect((await keyRings.current()).version).toBe(1);
    }));

  it('is read along from the first read on where every request needs it', () =>
    inFreshWorld(async (world) => {
      const { resources, keyRings, calls } = aReader(world, true);
      const { uri } = aResource();
      await resources.findByUri(uri);
      expect(await keyRings.current()).toEqual({ version: 0, keys: [] });
      expect(calls).toEqual([[`resource#${uri}`, 'key-ring#signing']]);
    }));

  it('is not read by who never asked for it', () =>
    inFreshWorld(async (world) => {
      const { resources, calls } = aReader(world);
      await resources.findByUri(aResource().uri);
      expect(calls.flat()).not.toContain('key-ring#signing');
    }));
});
