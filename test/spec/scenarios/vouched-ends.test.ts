import { describe, expect } from 'vitest';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import { startAssertedOffice } from '../support/asserted-office.ts';
import { at } from '../support/exchanging.ts';
import { startForeignHouse } from '../support/foreign-house.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { panelOf, refused, taken } from '../support/panel.ts';
import { deskAt, eventsSince, peoplesClients, requestOf, signIn } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { personIn, vouchingAt } from '../support/vouching.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() =>
  startAssertedOffice((config) => ({ ...config, clients: [...config.clients, ...peoplesClients] })),
);
const foreign = forThisFile(() => startForeignHouse());

const { assertionOf, tokenOf, end, introspect, seconds } = vouchingAt(office);

function aPanel() {
  const { mcpUrl: resource } = office.deployment;
  return panelOf({ issuer: office.client.issuer, resource, now: seconds, introspect });
}

describe('the end of a person for whom somebody else vouches', () => {
  verifies(
    'vestibule:vouched-ends',
    'ends every token of theirs for all who judge it, and nobody else’s',
    async () => {
      const panel = aPanel();
      const [mine, others] = [await tokenOf('carol'), await tokenOf('dan')];
      expect([await panel(mine), await panel(others)]).toEqual([taken, taken]);
      const from = office.deployment.log.length;
      const person = personIn(mine);
      const ended = await end(person);
      const at = seconds();
      expect([ended.status, ended.body]).toEqual([
        200,
        {
          ...{ id: person, known: false, ended_grants: 0 },
          sessions_ended_at: expect.any(String) as string,
          vouched_for_after: expect.any(String) as string,
        },
      ]);
      const after = Date.parse(String(ended.body['vouched_for_after'])) / 1_000;
      expect(after - at).toBeGreaterThan(60);
      expect(after - at).toBeLessThanOrEqual(120);
      expect(eventsSince(office.deployment, from)).toMatchObject([
        { event: 'person_ended', person, grants: 0, known: false },
      ]);
      expect([await introspect(mine), await introspect(others)]).toEqual([false, true]);
      expect(eventsSince(office.deployment, from)).toContainEqual(
        expect.objectContaining({ event: 'token_introspected', active: false, reason: 'person_ended' }),
      );
      office.deployment.run.clock.advance(29);
      expect([await panel(mine), await panel(others)]).toEqual([refused, taken]);
    },
  );

  verifies(
    ['vestibule:vouched-ends', 'EMA-3'],
    'leaves an assertion of before without a token, and takes a new one two minutes later',
    async () => {
      const before = await assertionOf('erin', { exp: seconds() + 3_600 });
      const person = personIn(await tokenOf('erin'));
      office.deployment.run.clock.advance(1);
      await end(person);
      const from = office.deployment.log.length;
      const refusedOnes = [await office.present(before), await office.present(await assertionOf('erin'))];
      for (const { status, body } of refusedOnes) {
        expect([status, body['error']]).toEqual([400, 'invalid_grant']);
        expect(body['error_description']).toMatch(
          /^the assertion was issued before everything in the name of its person was ended here: get a new one in \d+ seconds$/,
        );
      }
      expect(eventsSince(office.deployment, from)).toMatchObject([
        { event: 'token_refused', clientId: 'chat', detail: 'person_ended' },
        { event: 'token_refused', clientId: 'chat', detail: 'person_ended' },
      ]);
      expect((await office.present(await assertionOf('frank'))).status).toBe(200);
      office.deployment.run.clock.advance(121);
      const token = await tokenOf('erin');
      expect(personIn(token)).toBe(person);
      office.deployment.run.clock.advance(1);
      expect(await aPanel()(token)).toEqual(taken);
      // What was refused was not used up, and is still of before.
      expect((await office.present(before)).body['error_description']).toMatch(/ended here: get a new one$/);
    },
  );

  verifies(
    'vestibule:vouched-ends',
    'holds up nobody who signs in anew, and ends what they granted with the rest',
    async () => {
      const signedIn = async (): Promise<string> => {
        office.deployment.run.clock.advance(1);
        const told = await signIn(requestOf(office.deployment));
        const { body } = await deskAt(office.client).redeem(told.get('code') ?? '');
        return String(body['access_token']);
      };
      const [granted, vouched] = [await signedIn(), await tokenOf('alice')];
      const person = personIn(granted);
      expect(personIn(vouched)).toBe(person);
      const panel = aPanel();
      expect([await panel(granted), await panel(vouched)]).toEqual([taken, taken]);
      expect((await end(person)).body).toMatchObject({ known: true, ended_grants: 1 });
      const anew = await signedIn();
      expect(await introspect(anew)).toBe(true);
      office.deployment.run.clock.advance(29);
      expect([await panel(granted), await panel(vouched), await panel(anew)]).toEqual([
        ...[refused, refused, taken],
      ]);
    },
  );

  verifies(
    'vestibule:vouched-ends',
    'is done again without harm, and never earlier than it was',
    async () => {
      const person = personIn(await tokenOf('gina'));
      const first = await end(person);
      office.deployment.run.clock.advance(-30);
      expect((await end(person)).status).toBe(200);
      office.deployment.run.clock.advance(30);
      const items = await itemsAtRest(office.deployment, 'GrantsTable');
      const { until } = items.find(({ pk }) => pk?.S === `person-end#${person}`) ?? {};
      expect(Number(until?.N)).toBe(Date.parse(String(first.body['vouched_for_after'])) / 1_000);
    },
  );

  verifies(
    ['vestibule:person-shown', 'vestibule:vouched-ends'],
    'is of somebody who never granted anything all the same, and tells that nobody knows them',
    async () => {
      const nobody = `person.${'n'.repeat(43)}`;
      const show = () => office.client.admin('GET', `people/${nobody}`);
      const from = office.deployment.log.length;
      expect((await show()).status).toBe(404);
      const { status, body } = await end(nobody);
      expect([status, body['known'], body['ended_grants']]).toEqual([200, false, 0]);
      expect(eventsSince(office.deployment, from)).toMatchObject([
        { event: 'person_ended', person: nobody, known: false, grants: 0 },
      ]);
      expect((await show()).body).toMatchObject({
        ...{ id: nobody, clients: [], grants: [], sessions_ended_at: body['sessions_ended_at'] },
      });
    },
  );
});

describe('a token of a trust anchor whose person is ended', () => {
  verifies(
    ['vestibule:vouched-ends', 'vestibule:chain-ends'],
    'is exchanged no more, and all that was exchanged from it has ended',
    async () => {
      const { house } = foreign;
      const introspected = async (token: string) =>
        (await house.introspect('reports-server', token)).body['active'];
      const panel = panelOf({
        ...{ issuer: house.client.issuer, resource: at.reports, introspect: introspected },
        now: () => Math.floor(house.run.clock.now() / 1_000),
      });
      const chainOf = async (subject: string): Promise<readonly string[]> => {
        const first = await foreign.exchange(subject);
        const token = String(first.body['access_token']);
        const more = { resource: at.reports, scope: 'reports:read' };
        return [token, await house.exchanged('analyst-client', token, more)];
      };
      const subject = await foreign.access({ claims: { sub: 'p-ended' } });
      const [[mine = '', mineNext = ''], [, others = '']] = [
        await chainOf(subject),
        await chainOf(await foreign.access()),
      ];
      const person = `person.${sha256(`${foreign.partner}\0\0p-ended`)}`;
      expect(personIn(mineNext)).toBe(person);
      expect([await panel(mineNext), await panel(others)]).toEqual([taken, taken]);
      expect((await house.client.admin('POST', `people/${person}/end`)).status).toBe(200);
      const from = house.log.length;
      const next = await house.exchange('analyst-client', mine, { resource: at.reports });
      expect(next.body).toMatchObject({
        ...{ error: 'invalid_request' },
        error_description: 'the subject_token counts no more: what it rests on has ended',
      });
      const again = await foreign.exchange(subject);
      expect(again.body['error_description']).toMatch(
        /^the subject_token was issued before everything in the name of its person was ended here/,
      );
      expect(eventsSince(house, from)).toMatchObject([
        { event: 'token_refused', detail: 'subject_person_ended' },
        { event: 'token_refused', detail: 'subject_person_ended' },
      ]);
      expect([await introspected(mineNext), await introspected(others)]).toEqual([false, true]);
      house.run.clock.advance(29);
      expect([await panel(mineNext), await panel(others)]).toEqual([refused, taken]);
    },
  );
});

describe('clocks that differ by two minutes', () => {
  verifies(
    'vestibule:vouched-skew',
    'let nothing through that was issued before the end, be they ahead or behind',
    async () => {
      const { clock } = office.deployment.run;
      const person = personIn(await tokenOf('hal'));
      // By the clock of whoever issued it, and by that of whoever vouched, it is of after the end.
      clock.advance(120);
      const [token, assertion] = [await tokenOf('hal'), await assertionOf('hal')];
      clock.advance(-120);
      await end(person);
      expect(await introspect(token)).toBe(false);
      expect((await office.present(assertion)).body['error']).toBe('invalid_grant');
      clock.advance(29);
      const panel = aPanel();
      expect(await panel(token)).toEqual(refused);
      clock.advance(60);
      expect((await office.present(assertion)).body['error']).toBe('invalid_grant');
      // By the clock of the operator it is two minutes later: four until somebody vouches for them again.
      clock.advance(120);
      await end(person);
      clock.advance(-120);
      expect((await office.present(await assertionOf('hal'))).body['error']).toBe('invalid_grant');
      clock.advance(241);
      expect(await introspect(await tokenOf('hal'))).toBe(true);
    },
  );
});
