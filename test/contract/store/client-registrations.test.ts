import { describe, expect, it } from 'vitest';
import { dynamoClientLives } from '../../../lambdas/adapters/dynamodb/client-lives.ts';
import { dynamoClientRegistrations } from '../../../lambdas/adapters/dynamodb/client-registrations.ts';
import type { Client } from '../../../lambdas/ports/registry.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { inFreshWorld, type World } from './world.ts';

const now = instant(1_800_000_000);
const end = after(now, 86_400);

function aClient(change: Partial<Client> = {}): Client {
  return {
    id: 'dyn_client' as ClientId,
    name: 'Client',
    grantTypes: ['authorization_code'],
    authentication: { method: 'none' },
    redirectUris: ['https://app.example.com/cb'],
    consent: 'asked',
    expiresAt: end,
    registered: { metadata: { client_name: 'Client' }, awaitsApproval: false },
    state: 'active',
    managedBy: { kind: 'self' },
    createdAt: now,
    updatedAt: now,
    ...change,
  };
}

const inStore = ({ registry, grants }: World, client: World['client']) => ({
  registrations: dynamoClientRegistrations({ client, table: registry, grants }),
  lives: dynamoClientLives({ client, table: registry }),
});

describe('clients that registered themselves, in the store', () => {
  it('are one for all who register the same at once, over an unsteady network too', () =>
    inFreshWorld(async (world) => {
      const { registrations } = inStore(world, world.farClient());
      const created = await Promise.all(
        Array.from({ length: 200 }, (_, at) =>
          registrations.create(aClient({ createdAt: instant(now + at) }), now, `request-${at}`),
        ),
      );
      expect(new Set(created.map(({ createdAt }) => createdAt)).size).toBe(1);
      expect((await registrations.find(aClient().id))?.client).toEqual(created[0]);
    }));

  it('are replaced by a new registration when they have expired, unless an operator stopped them', () =>
    inFreshWorld(async (world) => {
      const { registrations } = inStore(world, world.client);
      const later = aClient({ createdAt: end, expiresAt: after(end, 86_400) });
      await registrations.create(aClient(), now, 'first');
      expect(await registrations.create(later, instant(end - 1), 'early')).toEqual(aClient());
      expect(await registrations.create(later, end, 'late')).toEqual(later);
      const found = await registrations.find(later.id);
      const stopped = aClient({ state: 'disabled' });
      expect(found && (await registrations.replace(found, stopped, 'stop'))).toBe(true);
      expect(await registrations.create(later, after(end, 1), 'again')).toEqual(stopped);
    }));

  it('are changed and removed by whoever read them last', () =>
    inFreshWorld(async (world) => {
      const { registrations } = inStore(world, world.client);
      await registrations.create(aClient(), now, 'first');
      const read = await registrations.find(aClient().id);
      if (read === undefined) throw new Error('not found');
      expect(await registrations.replace(read, aClient({ name: 'One' }), 'one')).toBe(true);
      expect(await registrations.replace(read, aClient({ name: 'Other' }), 'other')).toBe(false);
      expect(await registrations.remove(read, now)).toBe(false);
      const anew = await registrations.find(aClient().id);
      expect(anew?.client.name).toBe('One');
      expect(anew && (await registrations.remove(anew, now))).toBe(true);
      expect(await registrations.find(aClient().id)).toBeUndefined();
    }));

  it('live longer once, however many people use them at once, and not after they were stopped', () =>
    inFreshWorld(async (world) => {
      const { registrations, lives } = inStore(world, world.farClient());
      await registrations.create(aClient(), now, 'first');
      const until = after(end, 1_000);
      await Promise.all(Array.from({ length: 50 }, () => lives.prolong(aClient().id, end, until)));
      const found = await registrations.find(aClient().id);
      expect(found).toMatchObject({ client: { expiresAt: until }, version: 2 });
      if (found === undefined) throw new Error('not found');
      await registrations.replace(found, aClient({ state: 'disabled', expiresAt: until }), 'stop');
      await lives.prolong(aClient().id, until, after(until, 1));
      await lives.prolong('dyn_nobody' as ClientId, until, after(until, 1));
      expect((await registrations.find(aClient().id))?.client.expiresAt).toBe(until);
    }));
});
