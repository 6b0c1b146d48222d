import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import type { Answer } from '../support/driver.ts';
import { startRefreshing } from '../support/refreshing.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { hour, minute, type Opened } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startRefreshing((config) => ({ ...config, tasks: { graceMinutes: 15 } })));
/** Of 30 minutes that tokens can be made for, three are promised, and two times two are for whoever begins and is never heard of again. */
const lateMinutes = 24;

afterEach(() => {
  house.run.cloud.faults.clear();
});

/** Lets time go by while no refresher works. */
function standStill(minutes: number): void {
  house.run.clock.advance(minutes * minute);
}

const renewalsOf = (task: Opened, from: number) =>
  house.tracedSince(from, task.id).filter(({ event }) => event === 'task_renewed');

function expectPromised({ status, text, body }: Answer): void {
  expect([status, text]).toEqual([200, text]);
  expect(Number(body['expires_in'])).toBeGreaterThanOrEqual(3 * minute);
  expect(body['minimum_expires_in']).toBe(3 * minute);
}

describe('while the refreshers stand still', () => {
  verifies(
    ['vestibule:task-late-pull', 'vestibule:task-pull'],
    'no token is refused in two hours, nor has less left than is promised; and when they go on they renew each task once',
    async () => {
      const own = await house.task({ resource: house.demo, ceiling: String(6 * hour) });
      const quiet = await house.task({ resource: house.demo, ceiling: String(6 * hour) });
      const ofPerson = await house.task(house.forPerson(await house.letIn()), 'scan-desk');
      const from = house.log.length;
      for (let minutes = 0; minutes < 120; minutes += 5) {
        standStill(5);
        for (const task of [own, ofPerson]) expectPromised(await house.ask(task, 'token'));
        if (minutes === 20) expectPromised(await house.ask(quiet, 'token'));
      }
      for (const task of [own, ofPerson]) {
        expect(renewalsOf(task, from).length).toBeGreaterThanOrEqual(4);
        expect(renewalsOf(task, from).length).toBeLessThanOrEqual(6);
      }
      const back = house.log.length;
      await house.minutes(2);
      for (const task of [own, quiet, ofPerson]) {
        expect(renewalsOf(task, back).length).toBeLessThanOrEqual(1);
        expectPromised(await house.ask(task, 'token'));
      }
    },
    240_000,
  );

  verifies(
    ['vestibule:task-late-pull', 'vestibule:task-many'],
    'two hundred who ask for the token of one task at once renew it once, and each gets one',
    async () => {
      const task = await house.task({ resource: house.demo, ceiling: String(6 * hour) });
      standStill(lateMinutes);
      const from = house.log.length;
      const answers = await Promise.all(Array.from({ length: 200 }, () => house.ask(task, 'token')));
      answers.forEach(expectPromised);
      const jtis = answers.map(({ body }) => decodeJwt(String(body['access_token'])).jti);
      expect([new Set(jtis).size, renewalsOf(task, from).length]).toEqual([200, 1]);
    },
    120_000,
  );

  verifies(
    'vestibule:task-late-pull',
    'a person whose identity provider lets them go on no more is found out by a request for a token, whose task is over',
    async () => {
      const letIn = await house.letIn();
      const task = await house.task(house.forPerson(letIn), 'scan-desk');
      await house.loseUpstream(letIn.grantId);
      standStill(5);
      expectPromised(await house.ask(task, 'token'));
      standStill(lateMinutes - 5);
      const { status, body } = await house.ask(task, 'token');
      expect([status, body['task_end']]).toMatchObject([400, { reason: 'grant_ended_upstream' }]);
      await house.minutes(1);
      expect(house.heard(task.id)).toMatchObject([
        { event: 'TaskEnded', detail: { reason: 'grant_ended_upstream' } },
      ]);
    },
  );

  verifies(
    ['vestibule:task-late-pull', 'vestibule:task-faults'],
    'no fault of AWS at any call of a renewal refuses the token that there is still',
    async () => {
      const task = await house.task(house.forPerson(await house.letIn()), 'scan-desk');
      standStill(lateMinutes);
      const renewal = await callsDuring(house, ['Tasks'], () => house.ask(task, 'token'));
      const pull = await callsDuring(house, ['Tasks'], () => house.ask(task, 'token'));
      const pulled = new Set(pull.map(({ target }) => target));
      const calls = renewal.filter(({ target }) => !pulled.has(target));
      expect(calls.map(({ target }) => target).toSorted()).toEqual([
        'dynamodb:GetItem~Tasks',
        'dynamodb:UpdateItem~Tasks',
      ]);
      for (const fault of calls.flatMap(faultsAt)) {
        const struck = await house.task(house.forPerson(await house.letIn()), 'scan-desk');
        standStill(lateMinutes);
        house.run.cloud.faults.add(fault);
        const answer = await house.ask(struck, 'token');
        house.run.cloud.faults.clear();
        expect([fault, answer.status, answer.text]).toEqual([fault, 200, answer.text]);
        standStill(5);
        const next = await house.ask(struck, 'token');
        expect([fault, next.status, Number(next.body['expires_in']) > 3 * minute]).toEqual([
          fault,
          200,
          true,
        ]);
      }
    },
    240_000,
  );
});
