import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../../lambdas/ports/registry.ts';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import type {
  AgentId,
  ApiId,
  Audience,
  ResourceId,
  ResourceUri,
} from '../../../lambdas/runtime/identifiers.ts';
import { aChange, aClient, anAgent, anApi, aResource, aRoleClient, fresh } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface StoreSubject {
  readonly store: RegistryStore;
  readonly network: UnrulyNetwork;
}

/** What every store of the registry promises to those who change it. */
export function describeRegistryStore(make: () => StoreSubject): void {
  describe('a store of the registry', () => {
    let store: RegistryStore;
    let network: UnrulyNetwork;
    beforeAll(() => {
      ({ store, network } = make());
    });

    it('gives back what was registered, as version 1', async () => {
      const [resource, agent, client] = [aResource(), anAgent(), aClient()];
      await store.register('resource', { thing: resource }, aChange());
      await store.register('agent', { thing: agent }, aChange());
      await store.register('client', { thing: client, seededDigest: 'digest' }, aChange());
      expect(await store.find('resource', resource.id)).toEqual({ thing: resource, version: 1 });
      expect(await store.find('agent', agent.id)).toEqual({ thing: agent, version: 1 });
      expect(await store.find('client', client.id)).toEqual({
        thing: client,
        version: 1,
        seededDigest: 'digest',
      });
      expect(await store.find('agent', 'nobody' as AgentId)).toBeUndefined();
    });

    it('registers an identifier for exactly one of many concurrent callers', async () => {
      const uri = `https://${fresh('race')}.example.com` as ResourceUri;
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () =>
          store.register('resource', { thing: aResource({ uri }) }, aChange()),
        ),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'written')).toHaveLength(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'taken')).toHaveLength(49);
    });

    it('writes nothing of a registration that meets a taken identifier, and names it', async () => {
      const agent = anAgent();
      await store.register('agent', { thing: agent }, aChange());
      const resource = aResource({ audience: agent.id as string as Audience });
      expect(await store.register('resource', { thing: resource }, aChange())).toEqual({
        outcome: 'taken',
        identifier: agent.id,
      });
      expect(await store.find('resource', resource.id)).toBeUndefined();
      expect(
        await store.register(
          'resource',
          { thing: { ...resource, audience: resource.uri as string as Audience } },
          aChange(),
        ),
      ).toEqual({ outcome: 'written' });
    });

    it('refuses a second resource of one id', async () => {
      const resource = aResource();
      await store.register('resource', { thing: resource }, aChange());
      const second = aResource({ id: resource.id, uri: `https://${fresh('x')}.example.com` as ResourceUri });
      expect(await store.register('resource', { thing: second }, aChange())).toEqual({
        outcome: 'taken',
        identifier: resource.id,
      });
    });

    it('gives an API and a resource neither an id nor a URI in common, and finds each by either', async () => {
      const [resource, api] = [aResource(), anApi()];
      await store.register('resource', { thing: resource }, aChange());
      await store.register('api', { thing: api }, aChange());
      expect(await store.find('api', api.id)).toEqual({ thing: api, version: 1 });
      for (const [kind, thing, identifier] of [
        ['api', anApi({ id: resource.id as string as ApiId }), resource.id],
        ['api', anApi({ uri: resource.uri }), resource.uri],
        ['resource', aResource({ id: api.id as string as ResourceId }), api.id],
        ['resource', aResource({ uri: api.uri }), api.uri],
        ['resource', aResource({ audience: api.uri as string as Audience }), api.uri],
      ] as const) {
        expect(await store.register(kind, { thing }, aChange())).toEqual({
          ...{ outcome: 'taken', identifier },
        });
      }
      const names = { uris: [resource.uri, api.uri], ids: [resource.id, api.id] };
      for (const named of [
        { ...names, ids: [] },
        { ...names, uris: [] },
      ]) {
        expect(await store.resources(named)).toEqual([resource]);
        expect(await store.apis(named)).toEqual([api]);
      }
      expect(await store.find('resource', api.id as string as ResourceId)).toBeUndefined();
      expect(await store.find('api', resource.id as string as ApiId)).toBeUndefined();
      const stored = await store.find('api', api.id);
      expect(await store.remove('api', stored!, aChange())).toBe('removed');
      expect(await store.register('resource', { thing: aResource({ uri: api.uri }) }, aChange())).toEqual({
        outcome: 'written',
      });
    });

    it('replaces a version for exactly one of many concurrent callers', async () => {
      const agent = anAgent();
      await store.register('agent', { thing: agent }, aChange());
      const from = (await store.find('agent', agent.id))!;
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, position) =>
          store.replace('agent', from, { thing: { ...agent, name: `name ${position}` } }, aChange()),
        ),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'written')).toHaveLength(1);
      expect((await store.find('agent', agent.id))?.version).toBe(2);
    });

    it('takes a change whose reply was lost for its own', async () => {
      const agent = anAgent();
      await store.register('agent', { thing: agent }, aChange());
      const from = (await store.find('agent', agent.id))!;
      network.loseNextReply('PutItem');
      const draft = { thing: { ...agent, name: 'renamed' } };
      expect(await store.replace('agent', from, draft, aChange())).toEqual({ outcome: 'written' });
      expect(await store.replace('agent', from, draft, aChange())).toEqual({ outcome: 'moved_on' });
    });

    it('moves a resource to another URI with its claims', async () => {
      const resource = aResource();
      await store.register('resource', { thing: resource }, aChange());
      const uri = `https://${fresh('moved')}.example.com` as ResourceUri;
      const moved = { ...resource, uri, audience: uri as string as Audience };
      const from = (await store.find('resource', resource.id))!;
      expect(await store.replace('resource', from, { thing: moved }, aChange())).toEqual({
        outcome: 'written',
      });
      expect(await store.find('resource', resource.id)).toEqual({ thing: moved, version: 2 });
      expect(await store.resources({ uris: [resource.uri, uri], ids: [resource.id] })).toEqual([moved]);
      const successor = aResource({ uri: resource.uri });
      expect(await store.register('resource', { thing: successor }, aChange())).toEqual({
        outcome: 'written',
      });
      expect(await store.register('resource', { thing: aResource({ uri }) }, aChange())).toEqual({
        outcome: 'taken',
        identifier: uri,
      });
    });

    it('frees every identifier of what is removed, and removes a version once', async () => {
      const resource = aResource({ audience: `api://${fresh('audience')}` as Audience });
      await store.register('resource', { thing: resource }, aChange());
      const from = (await store.find('resource', resource.id))!;
      expect(await store.remove('resource', from, aChange())).toBe('removed');
      expect(await store.remove('resource', from, aChange())).toBe('moved_on');
      expect(await store.find('resource', resource.id)).toBeUndefined();
      expect(await store.register('resource', { thing: resource }, aChange())).toEqual({
        outcome: 'written',
      });
    });

    it('registers an AWS role of one issuer for exactly one of many concurrent clients', async () => {
      const role = fresh('role');
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => store.register('client', { thing: aRoleClient(role) }, aChange())),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'written')).toHaveLength(1);
      const [refused] = outcomes.filter(({ outcome }) => outcome === 'taken');
      expect(refused).toEqual({ outcome: 'taken', identifier: `arn:aws:iam::123456789012:role/${role}` });
    });

    it('frees an AWS role when its client turns to another, to other means, or is removed', async () => {
      const [before, after] = [fresh('before'), fresh('after')];
      const client = aRoleClient(before);
      await store.register('client', { thing: client }, aChange());
      const turnTo = async (authentication: Client['authentication']): Promise<unknown> => {
        const from = (await store.find('client', client.id))!;
        return store.replace('client', from, { thing: { ...client, authentication } }, aChange());
      };
      const isFree = async (role: string): Promise<boolean> => {
        const other = aRoleClient(role);
        const { outcome } = await store.register('client', { thing: other }, aChange());
        if (outcome === 'written') {
          await store.remove('client', (await store.find('client', other.id))!, aChange());
        }
        return outcome === 'written';
      };
      expect([await isFree(before), await isFree(after)]).toEqual([false, true]);
      expect(await turnTo(aRoleClient(after).authentication)).toEqual({ outcome: 'written' });
      expect([await isFree(before), await isFree(after)]).toEqual([true, false]);
      expect(await turnTo(aClient().authentication)).toEqual({ outcome: 'written' });
      expect([await isFree(before), await isFree(after)]).toEqual([true, true]);
      expect(await turnTo(aRoleClient(after).authentication)).toEqual({ outcome: 'written' });
      await store.remove('client', (await store.find('client', client.id))!, aChange());
      expect(await isFree(after)).toBe(true);
    });

    it('turns no client to an AWS role that another has', async () => {
      const [taken, client] = [fresh('taken'), aClient()];
      await store.register('client', { thing: aRoleClient(taken) }, aChange());
      await store.register('client', { thing: client }, aChange());
      const from = (await store.find('client', client.id))!;
      const draft = { thing: { ...client, authentication: aRoleClient(taken).authentication } };
      expect((await store.replace('client', from, draft, aChange())).outcome).toBe('taken');
      expect((await store.find('client', client.id))?.thing).toEqual(client);
    });

    it('finds resources by URI and by id', async () => {
      const [one, other] = [aResource(), aResource()];
      await store.register('resource', { thing: one }, aChange());
      await store.register('resource', { thing: other }, aChange());
      const found = await store.resources({
        uris: [one.uri, 'https://unknown.example.com' as ResourceUri],
        ids: [other.id, 'unknown' as ResourceId],
      });
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining([one, other]));
    });

    it('lists a kind in the order of ids, page by page, and knows its own cursors', async () => {
      for (let count = 0; count < 3; count += 1)
        await store.register('client', { thing: aClient() }, aChange());
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = (await store.list('client', { limit: 2, ...(cursor !== undefined && { cursor }) }))!;
        expect(page.things.length).toBeLessThanOrEqual(2);
        ids.push(...page.things.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(ids.length).toBeGreaterThanOrEqual(3);
      expect(ids).toEqual([...new Set(ids)].sort());
      expect(await store.list('client', { limit: 2, cursor: 'nonsense' })).toBeUndefined();
    });
  });
}
