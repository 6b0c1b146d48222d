import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { eventsSince } from '../support/people.ts';
import {
  clientsAt,
  expectNothingOrphaned,
  keptAt,
  startPoolOffice,
  untilSwept,
} from '../support/pool-office.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() =>
  startPoolOffice({
    ...{ quota: 3, supportedIdentityProviders: ['COGNITO', 'Staff'] },
    pool: { identityProviders: ['Staff'], mostClients: 100 },
  }),
);
afterEach(() => {
  mend(office.company);
});

describe('clients of their own in a user pool', () => {
  verifies(
    'vestibule:proxied-user-pool',
    'are app clients with a secret, our callback, the scopes of the config and the code flow alone, by the name of ours',
    async () => {
      const registered = await office.register('Ann’s Schreiber (für alle) 🤖');
      expect(registered.status).toBe(201);
      const id = String(registered.body['client_id']);
      const [made, ...others] = office.appClients();
      expect(others).toEqual([]);
      // API_CreateUserPoolClient: `[\w\s+=,.@-]+`.
      expect(made?.name).toBe(`Ann s Schreiber f r alle ${id}`);
      expect(made?.settings).toMatchObject({
        ...{ AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'] },
        AllowedOAuthScopes: ['openid', 'profile', 'email'],
        CallbackURLs: [`${office.company.issuer}/callback/cognito`],
        SupportedIdentityProviders: ['COGNITO', 'Staff'],
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        PreventUserExistenceErrors: 'ENABLED',
      });
      const access = registered.body['registration_access_token'];
      expect((await office.clients.manage('DELETE', registered, access)).status).toBe(204);
      expect([office.appClients(), await keptAt(office)]).toEqual([[], []]);
    },
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-sign-in'],
    'sign people in, who are the same persons with each, and no more once they are deleted there',
    async () => {
      const persons = new Set<unknown>();
      for (const name of ['One', 'Other']) {
        const client = await office.register(name);
        const client_id = String(client.body['client_id']);
        const told = await office.told(client);
        const asked = office.idp.requests.findLast(({ path }) => path === '/authorize')?.parameters;
        const own = office.appClients().find((each) => each.name === `${name} ${client_id}`);
        expect(asked?.['client_id']).toBe(own?.id);
        const { body } = await office.redeem(told.get('code') ?? '', { client_id });
        persons.add(decodeJwt(String(body['access_token'])).sub);
        office.company.run.clock.advance(61);
        const refreshed = await office.refresh(body['refresh_token'], { client_id });
        expect(refreshed.status).toBe(200);
        await office.removeForeign(own!.id);
        office.company.run.clock.advance(61);
        // Its secret is none any more: nobody stands as that client.
        expect((await office.refresh(refreshed.body['refresh_token'], { client_id })).status).not.toBe(200);
      }
      expect(persons.size).toBe(1);
      // What an administrator removed there is as good as removed by us.
      for (const id of (await clientsAt(office))[1]) await office.operator.admin('DELETE', `clients/${id}`);
      await office.later(untilSwept);
      expect(await keptAt(office)).toEqual([]);
    },
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-quota'],
    'are as many as the quota says of those that come at once, and another when one has left',
    async () => {
      const crowd = await Promise.all(Array.from({ length: 12 }, (_, at) => office.register(`Crowd ${at}`)));
      expect(crowd.map(({ status }) => status).sort()).toEqual([
        ...[201, 201, 201],
        ...Array.from({ length: 9 }, () => 429),
      ]);
      expect(office.appClients()).toHaveLength(3);
      const leaver = crowd.find(({ status }) => status === 201)!;
      await office.clients.manage('DELETE', leaver, leaver.body['registration_access_token']);
      expect((await office.register('Next')).status).toBe(201);
      await expectNothingOrphaned(office, 'a crowd');
    },
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-faults'],
    'are there or not, whichever call to Cognito fails on the way, and nothing is left of those that are not',
    async () => {
      const calls = await callsDuring(office.company, ['Enrolment'], () => office.register('Calm'));
      const struck = calls.filter(({ target }) => /^(cognito-idp:|dynamodb:PutItem)/.test(target));
      expect(struck.map(({ target }) => target).sort()).toEqual([
        'cognito-idp:CreateUserPoolClient~Enrolment',
        'dynamodb:PutItem~Enrolment',
      ]);
      await expectNothingOrphaned(office, 'calm');
      const faults = [...struck.flatMap(faultsAt), 'cognito-idp:CreateUserPoolClient~Enrolment=throttle@*'];
      for (const fault of faults) {
        strike(office.company, fault);
        const { status, headers } = await office.register('Struck');
        mend(office.company);
        if (status !== 201) {
          expect([fault, status, headers.get('retry-after')]).toEqual([fault, 503, expect.any(String)]);
        }
        if (fault.includes('throttle'))
          expect([fault, status, await keptAt(office)]).toEqual([fault, 503, []]);
        // One try: whose reply is lost, that client is made once.
        expect([fault, office.appClients().length <= 1]).toEqual([fault, true]);
        await expectNothingOrphaned(office, fault);
      }
    },
    120_000,
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-faults'],
    'are found by their names among all others when an answer was lost, and the others stay',
    async () => {
      const from = office.company.log.length;
      for (let at = 0; at < 65; at += 1) await office.addForeign(`Theirs ${at}`);
      strike(office.company, 'cognito-idp:CreateUserPoolClient~Enrolment=timeout@1');
      expect((await office.register('Lost')).status).toBe(503);
      mend(office.company);
      expect(office.appClients()).toHaveLength(66);
      strike(office.company, 'cognito-idp:ListUserPoolClients=down@*');
      await office.later(untilSwept);
      expect(office.appClients()).toHaveLength(66);
      mend(office.company);
      await office.later(untilSwept);
      expect(office.appClients().map(({ name }) => name.split(' ')[0])).toEqual(
        Array.from({ length: 65 }, () => 'Theirs'),
      );
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({
          ...{ event: 'enrolment_ended', idp: 'cognito', reason: 'never_registered', outcome: 'removed' },
        }),
      );
      expect(await keptAt(office)).toEqual([]);
      for (const { id } of office.appClients()) await office.removeForeign(id);
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-faults'],
    'are gone there in the end, whatever becomes of the call that deletes them',
    async () => {
      for (const how of ['down@*', 'throttle@*', 'timeout@1', 'timeout@1-3']) {
        const client = await office.register('Leaver');
        strike(office.company, `cognito-idp:DeleteUserPoolClient~Enrolment=${how}`);
        const access = client.body['registration_access_token'];
        expect([how, (await office.clients.manage('DELETE', client, access)).status]).toEqual([how, 204]);
        mend(office.company);
        await office.later(untilSwept);
        expect([how, await clientsAt(office), await keptAt(office)]).toEqual([how, [[], []], []]);
      }
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-unusable'],
    'are none where the pool has as many as it may: operators are told, and what to change',
    async () => {
      const from = office.company.log.length;
      for (let at = 0; at < 100; at += 1) await office.addForeign(`Theirs ${at}`);
      const { status, headers } = await office.register('One too many');
      expect([status, headers.get('retry-after'), await keptAt(office)]).toEqual([503, '60', []]);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({
          ...{ event: 'client_registration_refused', reason: 'enrolment_refused', idp: 'cognito' },
          detail: 'it answered 400 LimitExceededException',
          fix: expect.stringContaining('Service Quotas') as string,
        }),
      );
      for (const { id } of office.appClients()) await office.removeForeign(id);
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-secrets'],
    'have secrets that no log, no answer and no item at rest shows',
    async () => {
      const { text } = await office.register('Curious');
      const atRest = JSON.stringify(await itemsAtRest(office.company, 'VaultTable'));
      expect(atRest).toContain('enrolment#cognito#dyn_');
      expect(office.secrets()).toHaveLength(1);
      for (const secret of office.secrets()) {
        for (const shown of [text, atRest, office.company.log.join('\n')])
          expect(shown).not.toContain(secret);
      }
    },
  );
});

describe('a user pool that takes no clients of ours', () => {
  const elsewhere = forThisFile(() =>
    startPoolOffice({ supportedIdentityProviders: ['Nobody'], pool: undefined }),
  );

  verifies(
    ['vestibule:proxied-user-pool', 'vestibule:proxied-unusable'],
    'is named to operators, with what to change: one that is not there, and one without that provider of its people',
    async () => {
      const refused = async () => {
        const from = elsewhere.company.log.length;
        expect((await elsewhere.register('Astray')).status).toBe(503);
        return eventsSince(elsewhere.company, from).find(
          ({ event }) => event === 'client_registration_refused',
        );
      };
      expect(await refused()).toMatchObject({
        detail: 'it answered 400 ResourceNotFoundException',
        fix: expect.stringContaining('user pool') as string,
      });
      elsewhere.company.run.cloud.userPools.add('us-east-1_aBcDeF');
      expect(await refused()).toMatchObject({
        detail: 'it answered 400 InvalidParameterException',
        fix: expect.stringContaining('supportedIdentityProviders') as string,
      });
    },
  );
});
