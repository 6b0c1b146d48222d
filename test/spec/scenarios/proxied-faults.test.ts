import { afterEach, describe, expect } from 'vitest';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { eventsSince } from '../support/people.ts';
import { type ProxiedKind, type ProxiedOffice, startProxiedOffice } from '../support/proxied-office.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import type { Strike } from '../../support/played-registrations.ts';
import { verifies } from '../verifies.ts';

// Longer than any registration is under way, and than the hour until the next sweep.
const untilSwept = 4_300;

/** Our ids of the clients that there are here, and at the provider. */
async function both(
  office: ProxiedOffice,
  kind: ProxiedKind,
): Promise<{ readonly here: readonly string[]; readonly there: readonly string[] }> {
  const { body } = await office.operator.admin('GET', 'clients?limit=100');
  const listed = body['clients'] as readonly { readonly client_id: string }[];
  const { clients, metadata } = office.registrations[kind];
  const there = [...clients.keys()].map((id) => String(metadata(id)['client_name']));
  return {
    here: listed
      .map(({ client_id: id }) => id)
      .filter((id) => id.startsWith('dyn_'))
      .sort(),
    there: there.map((name) => /\((dyn_.*)\)$/.exec(name)?.[1] ?? name).sort(),
  };
}

/** As long as anything is kept of clients at a provider. */
async function keptOfAny(office: ProxiedOffice): Promise<readonly unknown[]> {
  const items = await itemsAtRest(office.company, 'VaultTable');
  return items.filter(
    ({ pk, taken }) => pk?.S?.startsWith('enrolment#') === true || (taken && taken.N !== '0'),
  );
}

async function removeAll(office: ProxiedOffice, kind: ProxiedKind): Promise<void> {
  for (const id of (await both(office, kind)).here) await office.operator.admin('DELETE', `clients/${id}`);
  await office.later(untilSwept);
}

/** Whatever failed: who has a client here has one there, and nobody else; and what is removed here is removed there. */
async function expectNothingOrphaned(office: ProxiedOffice, kind: ProxiedKind, what: unknown): Promise<void> {
  await office.later(untilSwept);
  const { here, there } = await both(office, kind);
  expect([what, there]).toEqual([what, here]);
  await removeAll(office, kind);
  expect([what, (await both(office, kind)).there, await keptOfAny(office)]).toEqual([what, [], []]);
}

describe.each(['keycloak', 'okta'] as const)('clients at %s', (kind) => {
  const office = forThisFile(() => startProxiedOffice([kind]));
  afterEach(() => {
    mend(office.company);
    office.registrations[kind].strike();
    office.idps[kind].play({ metadata: office.registrations[kind].discovery });
  });

  verifies(
    'vestibule:proxied-faults',
    'are registered or not, whichever call to AWS fails on the way, and nothing is left of those that are not',
    async () => {
      const token = await office.token();
      const calls = await callsDuring(office.company, ['Enrolment', 'Registration'], () =>
        office.register('Calm', token),
      );
      expect(calls.length).toBeGreaterThan(6);
      for (const fault of calls.flatMap(faultsAt)) {
        strike(office.company, fault);
        const { status, headers, body } = await office.register('Struck', token);
        mend(office.company);
        expect([fault, status, body['error']]).toEqual(
          status === 201 ? [fault, 201, undefined] : [fault, 503, 'temporarily_unavailable'],
        );
        if (status !== 201) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        await expectNothingOrphaned(office, kind, fault);
      }
    },
    240_000,
  );

  verifies('vestibule:proxied-faults', 'are not swept while they are being registered', async () => {
    const { clients } = office.registrations[kind];
    const before = clients.size;
    strike(office.company, 'lambda:Invoke~Registration=timeout@1');
    expect((await office.register('Under way', await office.token())).status).toBe(503);
    mend(office.company);
    await office.sweep();
    expect(clients.size).toBe(before + 1);
    office.company.run.clock.advance(601);
    await office.sweep();
    expect(clients.size).toBe(before);
  });

  verifies(
    'vestibule:proxied-faults',
    'leave nothing there that leave while a call to AWS fails',
    async () => {
      const token = await office.token();
      const leave = async (): Promise<number> => {
        const client = await office.register('Leaver', token);
        const access = client.body['registration_access_token'];
        return (await office.clients.manage('DELETE', client, access)).status;
      };
      const calls = await callsDuring(office.company, ['Enrolment'], leave);
      for (const { target } of calls) {
        const client = await office.register('Leaver', token);
        for (const how of ['down@*', 'timeout@1', 'timeout@1-3']) {
          strike(office.company, `${target}=${how}`);
          const access = client.body['registration_access_token'];
          const { status } = await office.clients.manage('DELETE', client, access);
          mend(office.company);
          // It is gone here at the first try.
          expect([target, how, status]).toEqual([target, how, how === 'down@*' ? 204 : 401]);
        }
        await expectNothingOrphaned(office, kind, target);
      }
      strike(office.company, 'lambda:Invoke~Registration=down@*');
      expect(await leave().catch(() => 0)).not.toBe(204);
      mend(office.company);
    },
    240_000,
  );

  verifies(
    'vestibule:proxied-faults',
    'are not half there after the provider failed, whatever of the request it saw',
    async () => {
      const token = await office.token();
      const strikes: readonly (readonly [Strike['how'], number])[] = [
        ...([500, 502, 503, 429] as const).map((status) => [status, 503] as const),
        ['lost before', 503],
      ];
      for (const [how, expected] of strikes) {
        office.registrations[kind].strike({ on: 'register', how });
        const { status, headers } = await office.register('Struck', token);
        expect([how, status]).toEqual([how, expected]);
        expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        await expectNothingOrphanedAfterADay(office, kind, how);
      }
      office.idps[kind].play({ status: 503 });
      expect((await office.register('Down', token)).status).toBe(503);
      office.idps[kind].play({ metadata: office.registrations[kind].discovery });
      // Nobody waits for a place that nobody has.
      expect(await keptOfAny(office)).toEqual([]);
    },
    120_000,
  );

  verifies(
    ['vestibule:proxied-faults', 'rfc7592:2.3:proxied'],
    'are gone there in the end, whatever the provider answers to their removal',
    async () => {
      const token = await office.token();
      for (const how of ['lost before', 'lost after', 500, 503, 429, 403] as const) {
        const client = await office.register('Leaver', token);
        office.registrations[kind].strike({ on: 'remove', how });
        const access = client.body['registration_access_token'];
        expect((await office.clients.manage('DELETE', client, access)).status).toBe(204);
        await office.later(untilSwept);
        expect([how, (await both(office, kind)).there, await keptOfAny(office)]).toEqual([how, [], []]);
      }
    },
    60_000,
  );
});

/** Nobody may look at every provider: there a request without an answer holds its place for a day. */
async function expectNothingOrphanedAfterADay(
  office: ProxiedOffice,
  kind: ProxiedKind,
  what: unknown,
): Promise<void> {
  await office.later(25 * 3_600);
  expect([what, (await both(office, kind)).there, await keptOfAny(office)]).toEqual([what, [], []]);
}

describe('a registration at a provider whose answer was lost', () => {
  const office = forThisFile(() => startProxiedOffice(['auth0', 'keycloak']));

  verifies(
    'vestibule:proxied-faults',
    'is found by its name where one may look, and removed; where nobody may, operators are told its name after a day',
    async () => {
      const token = await office.token();
      const from = office.company.log.length;
      for (const kind of ['auth0', 'keycloak'] as const) {
        office.registrations[kind].strike({ on: 'register', how: 'lost after' });
        expect((await office.register('Lost', token)).status).toBe(503);
        expect(office.registrations[kind].clients.size).toBe(1);
      }
      await office.later(untilSwept);
      // Of the second try too, which the first provider took and the second did not answer.
      expect(office.registrations.auth0.clients.size).toBe(0);
      expect(await keptOfAny(office)).toHaveLength(1);
      await office.later(24 * 3_600);
      expect(await keptOfAny(office)).toEqual([]);
      const [left = ''] = office.registrations.keycloak.clients.keys();
      const ended = eventsSince(office.company, from).filter(({ event }) => event === 'enrolment_ended');
      expect(ended).toContainEqual(
        expect.objectContaining({ idp: 'auth0', reason: 'never_registered', outcome: 'removed' }),
      );
      expect(ended).toContainEqual(
        expect.objectContaining({
          ...{ idp: 'keycloak', reason: 'never_registered', outcome: 'unknown' },
          upstreamName: office.registrations.keycloak.metadata(left)['client_name'],
        }),
      );
    },
    60_000,
  );
});
