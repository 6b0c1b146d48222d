import { beforeAll, describe, expect, it } from 'vitest';
import type { RegistryReader, ResourceDirectory } from '../../../lambdas/ports/registry.ts';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import { after, type Clock, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { aChange, aClient, anAgent, aResource, fresh } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface ReaderSubject {
  readonly registry: RegistryReader;
  readonly resources: ResourceDirectory;
  readonly store: RegistryStore;
  readonly network: UnrulyNetwork;
}

/** What every reader of the registry promises to the request path. */
export function describeRegistryReader(make: (clock: Clock) => ReaderSubject): void {
  describe('a reader of the registry', () => {
    let subject: ReaderSubject;
    let now: Instant = instant(1_800_000_000);
    const reads = (): number => subject.network.sent('BatchGetItem');
    const advance = (seconds: number): void => {
      now = after(now, seconds);
    };
    beforeAll(() => {
      subject = make(() => now);
    });

    async function registered() {
      const [agent, resource] = [anAgent(), aResource()];
      const client = aClient({ agentId: agent.id });
      await subject.store.register('agent', { thing: agent }, aChange());
      await subject.store.register('resource', { thing: resource }, aChange());
      await subject.store.register('client', { thing: client }, aChange());
      return { agent, client, resource };
    }

    it('gives the client, its agent and the resource that a request names', async () => {
      const { agent, client, resource } = await registered();
      const view = await subject.registry.view({ clientId: client.id, resourceUri: resource.uri });
      expect(view).toEqual({ client, agent, resource });
      expect(await subject.registry.view({ clientId: fresh('unknown') as ClientId })).toEqual({});
    });

    it('reads nothing again within 5 seconds, and all of it in one round trip after', async () => {
      const { client, resource } = await registered();
      const names = { clientId: client.id, resourceUri: resource.uri };
      await subject.registry.view(names);
      const before = reads();
      advance(4);
      await subject.registry.view(names);
      expect(reads()).toBe(before);
      advance(1);
      await subject.registry.view(names);
      expect(reads()).toBe(before + 1);
    });

    it('shows a change after 5 seconds', async () => {
      const { client } = await registered();
      await subject.registry.view({ clientId: client.id });
      const from = (await subject.store.find('client', client.id))!;
      await subject.store.replace('client', from, { thing: { ...client, state: 'disabled' } }, aChange());
      advance(5);
      expect((await subject.registry.view({ clientId: client.id })).client?.state).toBe('disabled');
    });

    it('forgets after 5 seconds that something was absent', async () => {
      const resource = aResource();
      expect(await subject.resources.findByUri(resource.uri)).toBeUndefined();
      await subject.store.register('resource', { thing: resource }, aChange());
      expect(await subject.resources.findByUri(resource.uri)).toBeUndefined();
      advance(5);
      expect(await subject.resources.findByUri(resource.uri)).toEqual(resource);
    });

    it('reads once for all who ask at the same time', async () => {
      const { client, resource } = await registered();
      const names = { clientId: client.id, resourceUri: resource.uri };
      await subject.registry.view(names);
      advance(5);
      const before = reads();
      await Promise.all(Array.from({ length: 100 }, () => subject.registry.view(names)));
      expect(reads()).toBe(before + 1);
    });

    it('finds a resource by its short id until it is removed', async () => {
      const { resource } = await registered();
      expect(await subject.resources.findById(resource.id)).toEqual(resource);
      const from = (await subject.store.find('resource', resource.id))!;
      await subject.store.remove('resource', from, aChange());
      advance(5);
      expect(await subject.resources.findById(resource.id)).toBeUndefined();
    });

    it('follows a client id that was registered anew for another agent', async () => {
      const { client } = await registered();
      const other = anAgent();
      await subject.registry.view({ clientId: client.id });
      await subject.store.remove('client', (await subject.store.find('client', client.id))!, aChange());
      await subject.store.register('agent', { thing: other }, aChange());
      await subject.store.register('client', { thing: { ...client, agentId: other.id } }, aChange());
      advance(5);
      expect((await subject.registry.view({ clientId: client.id })).agent).toEqual(other);
    });

    it('knows that nothing has a name longer than a key can be', async () => {
      const names = {
        clientId: 'x'.repeat(5_000) as ClientId,
        resourceUri: `https://example.com/${'x'.repeat(5_000)}` as ResourceUri,
      };
      expect(await subject.registry.view(names)).toEqual({});
    });

    it('tells a client whose agent is gone', async () => {
      const client = aClient({ agentId: fresh('gone') as AgentId });
      await subject.store.register('client', { thing: client }, aChange());
      expect(await subject.registry.view({ clientId: client.id })).toEqual({ client });
    });
  });
}
