import { afterEach, describe, expect } from 'vitest';
import type { Answer } from '../support/driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { type ProxiedKind, startProxiedOffice } from '../support/proxied-office.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

// Longer than any registration is under way, and than the hour until the next sweep.
const untilSwept = 4_300;

describe.each<ProxiedKind>(['keycloak', 'okta'])('a client that an operator approves of at %s', (kind) => {
  const office = forThisFile(() => startProxiedOffice([kind], { mode: 'approval' }));
  afterEach(() => {
    mend(office.company);
    office.registrations[kind].strike();
  });
  const enable = (id: string): Promise<Answer> => office.operator.admin('POST', `clients/${id}/enable`);
  const waiting = async (name: string): Promise<string> =>
    String((await office.register(name)).body['client_id']);
  const stateOf = async (id: string): Promise<unknown> =>
    (await office.operator.admin('GET', `clients/${id}`)).body['state'];

  verifies(
    ['vestibule:proxied-approval', 'vestibule:proxied-faults'],
    'is let in or waits, whichever call to AWS fails on the way, and the next try makes no second one there',
    async () => {
      const { clients } = office.registrations[kind];
      const calm = await waiting('Calm');
      const calls = await callsDuring(office.company, ['Enrolment', 'Admin'], () => enable(calm));
      expect(calls.length).toBeGreaterThan(6);
      await office.operator.admin('DELETE', `clients/${calm}`);
      await office.later(untilSwept);
      for (const fault of calls.flatMap(faultsAt)) {
        const id = await waiting(`Struck by ${fault}`);
        strike(office.company, fault);
        const { status, headers } = await enable(id);
        mend(office.company);
        expect([fault, status]).toEqual([fault, status === 200 ? 200 : 503]);
        if (status !== 200) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        if (status === 200) expect([fault, await stateOf(id), clients.size]).toEqual([fault, 'active', 1]);
        await office.later(untilSwept);
        // What is there of one that waits is in no sweep's way.
        expect([fault, (await enable(id)).status, clients.size]).toEqual([fault, 200, 1]);
        await office.operator.admin('DELETE', `clients/${id}`);
        await office.later(untilSwept);
        const kept = (await itemsAtRest(office.company, 'VaultTable')).filter(
          ({ pk, taken }) => pk?.S?.startsWith('enrolment#') === true || (taken && taken.N !== '0'),
        );
        expect([fault, clients.size, kept]).toEqual([fault, 0, []]);
      }
    },
    400_000,
  );

  verifies(
    ['vestibule:proxied-approval', 'vestibule:proxied-faults'],
    'waits on while the provider fails, whatever of the request it saw, and is let in once that is known',
    async () => {
      const { clients } = office.registrations[kind];
      for (const how of ['lost before', 500, 502, 503, 429] as const) {
        const id = await waiting('Patient');
        office.registrations[kind].strike({ on: 'register', how });
        const { status, headers } = await enable(id);
        expect([how, status, await stateOf(id), clients.size]).toEqual([how, 503, 'disabled', 0]);
        expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        // Where nobody may look it takes a day, by which it has expired and registers again.
        await office.later(26 * 3_600);
        expect(await waiting('Patient')).toBe(id);
        expect([how, (await enable(id)).status, clients.size]).toEqual([how, 200, 1]);
        await office.operator.admin('DELETE', `clients/${id}`);
        await office.later(untilSwept);
        expect([how, clients.size]).toEqual([how, 0]);
      }
    },
    120_000,
  );

  verifies(
    'vestibule:proxied-approval',
    'is found by the next try after the write of an operator was lost, with no second one there',
    async () => {
      const { clients, calls } = office.registrations[kind];
      const id = await waiting('Lost write');
      strike(office.company, 'dynamodb:TransactWriteItems~Admin=down@*');
      expect([(await enable(id)).status, await stateOf(id), clients.size]).toEqual([503, 'disabled', 1]);
      mend(office.company);
      await office.later(untilSwept);
      const made = calls.register;
      expect([(await enable(id)).status, await stateOf(id)]).toEqual([200, 'active']);
      expect([clients.size, calls.register]).toEqual([1, made]);
      await office.operator.admin('DELETE', `clients/${id}`);
      await office.later(untilSwept);
      expect(clients.size).toBe(0);
    },
  );

  verifies(
    ['vestibule:proxied-approval', 'vestibule:proxied-leaving'],
    'is removed there in the end where it was never let in after all, and expires',
    async () => {
      const { clients } = office.registrations[kind];
      const id = await waiting('Forsaken');
      strike(office.company, 'dynamodb:TransactWriteItems~Admin=down@*');
      expect([(await enable(id)).status, clients.size]).toEqual([503, 1]);
      mend(office.company);
      await office.later(27 * 3_600);
      expect(clients.size).toBe(0);
    },
  );
});
