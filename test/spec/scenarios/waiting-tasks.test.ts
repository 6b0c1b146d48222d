import { afterEach, describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { eventsSince, pageOf, pressLabel } from '../support/people.ts';
import { endIn, hour, minute } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { type PersonTask, startWaiting } from '../support/waiting.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startWaiting());
afterEach(() => {
  office.idp.play();
});

const signInUri = () => `${office.company.issuer}/account`;
const account = (browser: Browser): Promise<Page> => browser.open(signInUri()).then(pageOf);
const failing = async (task: PersonTask): Promise<unknown> => (await office.status(task)).body['failing'];
const isAsked = { interaction: true, sign_in_uri: expect.any(String) as string };

/** A task whose provider wants to see its person, which its refreshers have found out. */
async function aWaitingTask(): Promise<PersonTask> {
  const task = await office.task({ ceiling: String(6 * hour) });
  office.idp.play({ refreshError: 'interaction_required' });
  for (let minutes = 0; minutes < 13; minutes += 1) await office.pass(minute);
  office.idp.play();
  expect(await failing(task)).toMatchObject(isAsked);
  return task;
}

describe('a task whose person has to sign in again', () => {
  verifies(
    'vestibule:task-interaction',
    'goes on with what it has, says so, and is renewed once they have signed in at the page that it names',
    async () => {
      const from = office.company.log.length;
      const task = await aWaitingTask();
      expect(await failing(task)).toMatchObject({
        ...{ interaction: true, sign_in_uri: signInUri() },
        reason: 'the person has to sign in again at their identity provider',
      });
      const heard = office.heard(task.id);
      expect(heard[0]).toMatchObject({
        ...{ event: 'TaskFailed', detail: { interaction: true, sign_in_uri: signInUri() } },
      });
      // However often it is told.
      expect(new Set(heard.map(({ detail }) => detail['event_id'])).size).toBe(1);
      expect((await office.pull(task)).status).toBe(200);
      const browser = createBrowser();
      const page = await account(browser);
      expect(page.text).toContain('Scanner waits for you');
      const back = pageOf(await pressLabel(browser, page, 'Sign in again'));
      expect([back.url.href, back.text.includes('waits for you')]).toEqual([signInUri(), false]);
      await office.pass(5 * minute);
      expect(await failing(task)).toBeUndefined();
      const events = eventsSince(office.company, from).map(({ event }) => event);
      expect(events).toEqual(expect.arrayContaining(['account_signed_in_again', 'task_renewed']));
      for (let minutes = 0; minutes < 120; minutes += 5) await office.pass(5 * minute);
      expect((await office.pull(task)).status).toBe(200);
    },
    120_000,
  );

  verifies(
    'vestibule:task-interaction',
    'waits for them alone, and ends when they have not come for as long as it can go on',
    async () => {
      const task = await aWaitingTask();
      const browser = createBrowser();
      const page = await account(browser);
      office.idp.play({ person: { sub: 'eve', groups: ['staff'] } });
      const others = pageOf(await pressLabel(browser, page, 'Sign in again'));
      expect(others.text).not.toContain('waits for you');
      office.idp.play();
      await office.pass(5 * minute);
      expect(await failing(task)).toMatchObject(isAsked);
      for (let minutes = 0; minutes < 75; minutes += 5) await office.pass(5 * minute);
      const { status, body } = await office.pull(task);
      expect([status, body['error'], endIn({ body })]).toEqual([
        ...[400, 'invalid_grant'],
        { reason: 'grant_ended_upstream', detail: 'interaction_required' },
      ]);
    },
    120_000,
  );

  verifies(
    'vestibule:task-interaction',
    'is not kept from going on by its client, which is told to send them to sign in',
    async () => {
      const refreshToken = await office.letIn();
      const task = await office.task({ subject_token: refreshToken });
      office.idp.play({ refreshError: 'login_required' });
      await office.pass(2 * minute);
      const refused = await office.refreshAs(refreshToken);
      expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_grant']);
      expect(refused.body['error_description']).toMatch(/sign in again at \/account/);
      office.idp.play();
      expect((await office.pull(task)).status).toBe(200);
      const browser = createBrowser();
      // Of all that waits for them, one after the other.
      for (let page = await account(browser); page.text.includes('waits for you');) {
        page = pageOf(await pressLabel(browser, page, 'Sign in again'));
      }
      expect((await office.refreshAs(refreshToken)).status).toBe(200);
    },
    120_000,
  );
});
