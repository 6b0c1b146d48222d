import { afterEach, describe, expect } from 'vitest';
import { keptCrashes } from '../../contract/crashes/kept-ahead.ts';
import { startKeeping } from '../support/keeping.ts';
import { eventsSince } from '../support/people.ts';
import { hour, minute } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startKeeping());
const made: string[] = [];
afterEach(async () => {
  office.forgets();
  for (const token of made.splice(0)) await office.revoke(token);
});

async function letIn(): Promise<{ readonly token: string; readonly grantId: string }> {
  const token = await office.letIn();
  made.push(token);
  return { token, grantId: office.grantOf(token) };
}

const told = (from: number, grantId: string): readonly Readonly<Record<string, unknown>>[] =>
  eventsSince(office.company, from).filter(
    (event) => event['grantId'] === grantId && String(event['event']).startsWith('kept_grant_'),
  );

/** Their client is let go on. */
async function expectGoesOn(token: string): Promise<void> {
  const { status, text, body } = await office.refreshAs(token);
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  made[made.indexOf(token)] = String(body['refresh_token']);
}

describe('what is kept of a person whose identity provider forgets them after half an hour', () => {
  verifies(
    'vestibule:kept-ahead',
    'lets their client go on at once that was away for half a day',
    async () => {
      const from = office.company.log.length;
      const { token, grantId } = await letIn();
      await office.minutes((12 * hour) / minute);
      const events = told(from, grantId);
      expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['kept_grant_renewed']));
      expect(events.length).toBeGreaterThan((12 * 60) / 30);
      expect(events.length).toBeLessThan((12 * 60) / 17);
      await expectGoesOn(token);
    },
    300_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'is asked with once, however many workers are sent, and not again for who comes later',
    async () => {
      const { token, grantId } = await letIn();
      const dueAt = (await office.dueAt(grantId)) ?? 0;
      const asked = office.idp.refreshes();
      office.company.run.clock.advance(dueAt - office.seconds());
      await Promise.all(Array.from({ length: 8 }, () => office.ask({ grantId, dueAt })));
      await office.pass(minute);
      expect(office.idp.refreshes() - asked).toBe(1);
      await office.pass(2 * minute);
      await office.ask({ grantId, dueAt });
      await office.pass(minute);
      expect(office.idp.refreshes() - asked).toBe(1);
      expect(await office.dueAt(grantId)).toBeGreaterThan(dueAt);
      await expectGoesOn(token);
    },
    60_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'is asked with no more once the grant is revoked',
    async () => {
      const { token, grantId } = await letIn();
      await office.revoke(token);
      const [asked, from] = [office.idp.refreshes(), office.company.log.length];
      expect(await office.dueAt(grantId)).toBeUndefined();
      await office.minutes(40);
      expect([office.idp.refreshes() - asked, told(from, grantId)]).toEqual([0, []]);
    },
    60_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'ends the grant as a refresh does when the provider takes it back, and is asked with no more',
    async () => {
      const { token, grantId } = await letIn();
      const from = office.company.log.length;
      office.forgets({ refreshError: 'invalid_grant' });
      await office.minutes(60);
      expect(told(from, grantId)).toEqual([
        expect.objectContaining({
          ...{ event: 'kept_grant_not_renewed', again: false },
          reason: 'person_ended: upstream_refused',
        }),
      ]);
      office.forgets();
      const { status, body } = await office.refreshAs(token);
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
    },
    60_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'waits for the person whom the provider wants to see, and nothing ends',
    async () => {
      const { token, grantId } = await letIn();
      const from = office.company.log.length;
      office.forgets({ refreshError: 'interaction_required' });
      await office.minutes(60);
      expect(told(from, grantId)).toMatchObject([
        { event: 'kept_grant_not_renewed', reason: 'person_to_sign_in', again: false },
      ]);
      expect(await office.dueAt(grantId)).toBeUndefined();
      const { status, body } = await office.refreshAs(token);
      expect([status, String(body['error_description'])]).toEqual([
        400,
        expect.stringContaining('sign in again at /account'),
      ]);
    },
    60_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'is asked with again, and again, until a provider that was down answers',
    async () => {
      const { token, grantId } = await letIn();
      const dueAt = (await office.dueAt(grantId)) ?? 0;
      const from = office.company.log.length;
      office.forgets({ status: 503 });
      await office.pass(dueAt - office.seconds());
      await office.pass(minute);
      expect(told(from, grantId).at(-1)).toMatchObject({ event: 'kept_grant_not_renewed', again: true });
      expect(await office.dueAt(grantId)).toBeGreaterThan(dueAt);
      office.forgets();
      for (let minutes = 0; minutes < 4; minutes += 1) await office.pass(minute);
      expect(told(from, grantId).at(-1)).toMatchObject({ event: 'kept_grant_renewed' });
      await office.minutes(20);
      await expectGoesOn(token);
    },
    60_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'is not lost by a worker that is ended in the middle, where the provider has a grace; where it has none, nothing worse comes of it than a sign-in',
    async () => {
      const cells = await keptCrashes(office);
      expect(cells.filter(({ isRight }) => !isRight)).toEqual([]);
      for (const flow of ['with a grace', 'without a grace']) {
        expect(cells.filter((cell) => cell.flow.endsWith(flow)).length).toBeGreaterThan(6);
      }
      // Both come of it, so that neither is what always comes.
      expect(new Set(cells.map(({ outcome }) => outcome))).toEqual(
        new Set(['goes on', 'the person signs in again']),
      );
    },
    400_000,
  );

  verifies(
    'vestibule:kept-ahead',
    'is forgotten once no client of ours could go on with it, and its provider hears nothing of that',
    async () => {
      const { grantId } = await letIn();
      const [asked, from] = [office.idp.refreshes(), office.company.log.length];
      // Longer than a refresh token of ours may rest.
      await office.pass(31 * 24 * hour);
      await office.pass(minute);
      expect(told(from, grantId)).toMatchObject([{ event: 'kept_grant_forgotten' }]);
      expect([office.idp.refreshes() - asked, await office.dueAt(grantId)]).toEqual([0, undefined]);
    },
    60_000,
  );
});
