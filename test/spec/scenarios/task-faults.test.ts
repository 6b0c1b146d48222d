import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { at } from '../support/exchanging.ts';
import type { Answer } from '../support/driver.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { type Opened, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());

afterEach(() => {
  house.run.cloud.faults.clear();
});

/** What is done while each call of it fails in each way. */
async function struck(work: () => Promise<Answer>, good: number, onward: (answer: Answer) => Promise<void>) {
  await work();
  const calls = await callsDuring(house, ['Tasks'], work);
  for (const fault of calls.flatMap(faultsAt)) {
    house.run.cloud.faults.add(fault);
    const answer = await work();
    house.run.cloud.faults.clear();
    expect([fault, [good, 503].includes(answer.status), answer.text]).toEqual([fault, true, answer.text]);
    if (answer.status === 503)
      expect([fault, answer.headers.get('retry-after')]).toEqual([fault, expect.any(String)]);
    else await onward(answer);
  }
  return calls
    .map(({ target, times }) => `${times} ${target.replace('~Tasks', '')}`)
    .filter((call) => !call.includes('registry'))
    .toSorted();
}

const openedIn = ({ body }: Answer, clientId: string): Opened => ({
  ...{ id: String(body['task_id']), handle: String(body['handle']), clientId, body },
});

describe('an AWS that fails', () => {
  verifies(
    'vestibule:task-faults',
    'while a task is opened costs a request at most, and what was answered is there',
    async () => {
      const calls = await struck(
        () => house.open({ resource: house.demo }),
        201,
        async (answer) => {
          expect((await house.ask(openedIn(answer, 'planner-client'), 'token')).status).toBe(200);
        },
      );
      expect(calls).toEqual(['1 dynamodb:PutItem', '1 kms:Sign']);
    },
    240_000,
  );

  verifies(
    'vestibule:task-faults',
    'while one is opened in the name of a person, by a grant of its own, neither',
    async () => {
      const { token } = await house.sent({ resource: at.planner, scope: ['plan'] });
      await struck(
        () => house.open(house.bySender(token)),
        201,
        async (answer) => {
          expect((await house.ask(openedIn(answer, 'planner-client'), 'token')).status).toBe(200);
        },
      );
    },
    240_000,
  );

  verifies(
    ['vestibule:task-faults', 'vestibule:task-pull'],
    'while a token is asked for loses no task, which costs one read and one signature',
    async () => {
      const task = await house.task({ resource: house.demo });
      const calls = await struck(
        () => house.ask(task, 'token'),
        200,
        async () => {
          await Promise.resolve();
        },
      );
      expect(calls).toEqual(['1 dynamodb:BatchGetItem', '1 kms:Sign']);
      const ofPerson = await house.task(house.forPerson(await house.letIn()), 'scan-desk');
      for (let warm = 0; warm < 20; warm += 1) await house.ask(ofPerson, 'token');
      const one = await callsDuring(house, ['Tasks'], () => house.ask(ofPerson, 'token'));
      expect(one.map(({ target }) => target).filter((target) => target.startsWith('dynamodb'))).toEqual([
        'dynamodb:BatchGetItem~Tasks',
      ]);
    },
    240_000,
  );

  verifies(
    'vestibule:task-faults',
    'while a task is kept alive, moved or ended does it once or not at all',
    async () => {
      const beating = await house.task({ resource: house.demo, heartbeat_interval: '600' });
      await struck(
        () => house.ask(beating, 'heartbeat'),
        200,
        async () => {
          expect((await house.status(beating)).body['status']).toBe('running');
        },
      );
      const running = await Promise.all(
        Array.from({ length: 40 }, () => house.task({ resource: house.demo })),
      );
      const end = async (): Promise<Answer> => {
        const [task] = running;
        if (task === undefined) throw new Error('too few tasks');
        const answer = await house.ask(task, 'complete');
        if (answer.status === 200) running.shift();
        return answer;
      };
      await struck(end, 200, async () => {
        await Promise.resolve();
      });
    },
    240_000,
  );
});

describe('hundreds who ask for the token of one task at once', () => {
  verifies(
    'vestibule:task-many',
    'each get one of it from whichever instance, and none once it is completed in the middle of that',
    async () => {
      const task = await house.task({ resource: house.demo });
      const answers = await Promise.all(Array.from({ length: 300 }, () => house.ask(task, 'token')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const jtis = answers.map(({ body }) => decodeJwt(String(body['access_token'])).jti);
      expect(new Set(jtis).size).toBe(300);
      const racing = Array.from({ length: 100 }, () => house.ask(task, 'token'));
      const ended = await house.ask(task, 'complete');
      expect(ended.status).toBe(200);
      expect((await Promise.all(racing)).every(({ status }) => [200, 400].includes(status))).toBe(true);
      const late = await Promise.all(Array.from({ length: 100 }, () => house.ask(task, 'token')));
      expect(new Set(late.map(({ status, body }) => JSON.stringify([status, body['task_end']])))).toEqual(
        new Set([JSON.stringify([400, ended.body['task_end']])]),
      );
    },
    120_000,
  );
});
