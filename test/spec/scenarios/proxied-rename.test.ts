import { afterEach, describe, expect } from 'vitest';
import type { Answer } from '../support/driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { eventsSince, hosted } from '../support/people.ts';
import { type ProxiedKind, startProxiedOffice } from '../support/proxied-office.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const kinds = ['keycloak', 'okta', 'auth0'] as const;
const office = forThisFile(() => startProxiedOffice(kinds));
const untilSwept = 4_300;

afterEach(() => {
  mend(office.company);
  for (const kind of kinds) office.registrations[kind].strike();
});

function called(kind: ProxiedKind): readonly string[] {
  const { clients, metadata } = office.registrations[kind];
  return [...clients.keys()].map((id) => String(metadata(id)['client_name']).split(' (')[0] ?? '');
}

async function rename(client: Answer, name: string): Promise<number> {
  const metadata = { client_name: name, redirect_uris: [hosted], token_endpoint_auth_method: 'none' };
  const access = client.body['registration_access_token'];
  const change = { ...metadata, client_id: client.body['client_id'] };
  return (await office.clients.manage('PUT', client, access, change)).status;
}

async function leave(client: Answer): Promise<number> {
  return (await office.clients.manage('DELETE', client, client.body['registration_access_token'])).status;
}

describe('a client that changes its name', () => {
  verifies(
    ['vestibule:proxied-changes', 'rfc7592:2.2:proxied'],
    'is called so at every provider, as often as it likes, and leaves by the token that it was given last',
    async () => {
      const client = await office.register('First');
      for (const name of ['Second', 'Third']) {
        expect(await rename(client, name)).toBe(200);
        for (const kind of kinds) expect([kind, called(kind)]).toEqual([kind, [name]]);
      }
      // A client is asked for nothing where nothing of it changes there.
      const before = { ...office.registrations.keycloak.calls };
      expect(await rename(client, 'Third')).toBe(200);
      expect(office.registrations.keycloak.calls).toEqual(before);
      for (const kind of kinds) {
        const told = await office.told(kind, client);
        const clientId = String(client.body['client_id']);
        expect((await office.redeem(told.get('code') ?? '', { client_id: clientId })).status).toBe(200);
      }
      const atRest = JSON.stringify(await itemsAtRest(office.company, 'VaultTable'));
      for (const canary of office.registrations.keycloak.given) expect(atRest).not.toContain(canary);
      expect(await leave(client)).toBe(204);
      for (const kind of kinds) expect([kind, called(kind)]).toEqual([kind, []]);
    },
  );

  verifies(
    'vestibule:proxied-changes',
    'is called so there once the provider can be asked again',
    async () => {
      for (const kind of kinds) {
        const client = await office.register('Old');
        for (const how of ['lost before', 503] as const) {
          office.registrations[kind].strike({ on: 'update', how });
          expect(await rename(client, `New ${how}`)).toBe(200);
          expect([kind, called(kind)]).not.toEqual([kind, [`New ${how}`]]);
          await office.later(untilSwept);
          for (const each of kinds) expect([kind, each, called(each)]).toEqual([kind, each, [`New ${how}`]]);
        }
        expect(await leave(client)).toBe(204);
        for (const each of kinds) expect(called(each)).toEqual([]);
      }
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-changes', 'vestibule:proxied-faults'],
    'whose new token never reached us goes on signing people in, and operators are told once that it is to be removed there',
    async () => {
      const client = await office.register('Old');
      const from = office.company.log.length;
      office.registrations.keycloak.strike({ on: 'update', how: 'lost after' });
      expect(await rename(client, 'New')).toBe(200);
      expect(called('keycloak')).toEqual(['New']);
      await office.later(untilSwept);
      await office.later(untilSwept);
      expect((await office.told('keycloak', client)).get('code')).not.toBeNull();
      const [upstreamClientId = ''] = office.registrations.keycloak.clients.keys();
      expect(await leave(client)).toBe(204);
      await office.later(untilSwept);
      const events = eventsSince(office.company, from);
      expect(events.filter(({ event }) => event === 'enrolment_not_renamed')).toMatchObject([
        { idp: 'keycloak', clientId: client.body['client_id'] },
      ]);
      expect(events.filter(({ event }) => event === 'enrolment_ended')).toMatchObject([
        { idp: 'keycloak', outcome: 'unknown', upstreamClientId },
      ]);
      expect([called('okta'), called('auth0')]).toEqual([[], []]);
      office.registrations.keycloak.forget(upstreamClientId);
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-changes', 'vestibule:proxied-faults'],
    'leaves nothing behind that nobody was told of, whichever call to AWS failed',
    async () => {
      const one = await office.register('Calm');
      const calls = await callsDuring(office.company, ['Enrolment'], () => rename(one, 'Calmer'));
      await leave(one);
      for (const fault of calls.flatMap(faultsAt)) {
        const client = await office.register('Struck');
        const from = office.company.log.length;
        strike(office.company, fault);
        expect([fault, await rename(client, 'Renamed')]).toEqual([fault, 200]);
        mend(office.company);
        await office.later(untilSwept);
        expect([fault, called('okta'), called('auth0')]).toEqual([fault, ['Renamed'], ['Renamed']]);
        expect([fault, await leave(client)]).toEqual([fault, 204]);
        await office.later(untilSwept);
        const told = eventsSince(office.company, from).filter(({ outcome }) => outcome === 'unknown');
        const left = [...office.registrations.keycloak.clients.keys()];
        expect([fault, left]).toEqual([fault, told.map(({ upstreamClientId }) => upstreamClientId)]);
        expect([fault, called('okta'), called('auth0')]).toEqual([fault, [], []]);
        for (const id of left) office.registrations.keycloak.forget(id);
      }
    },
    240_000,
  );

  verifies(
    'vestibule:proxied-changes',
    'while it leaves is gone from every provider all the same',
    async () => {
      for (let round = 0; round < 8; round += 1) {
        const client = await office.register('Hasty');
        await Promise.all([rename(client, 'Hastier'), leave(client), rename(client, 'Hastiest')]);
        await office.later(untilSwept);
        if ((await leave(client)) === 204) await office.later(untilSwept);
        for (const kind of kinds) expect([round, kind, called(kind)]).toEqual([round, kind, []]);
      }
    },
    60_000,
  );
});
