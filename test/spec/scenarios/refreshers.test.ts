import { describe, expect } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { startRefreshing } from '../support/refreshing.ts';
import { endIn, hour, minute } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startRefreshing());

describe('while nobody asks for the token of a task', () => {
  verifies(
    'vestibule:task-renewal',
    'the right to make it is renewed, each time before four fifths of a token are over, and at the end of hours a token is made at once',
    async () => {
      const from = house.log.length;
      const task = await house.task({ resource: house.demo, ceiling: String(3 * hour) });
      const openedAt = Number(task.body['opened_at']);
      await house.minutes(150);
      const renewed = house.tracedSince(from, task.id).filter(({ event }) => event === 'task_renewed');
      const moments = [openedAt, ...renewed.map(({ goodUntil }) => Number(goodUntil) - hour - 15 * minute)];
      const gaps = moments.slice(1, -1).map((at, index) => at - (moments[index] ?? 0));
      expect(gaps.length).toBeGreaterThanOrEqual(12);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(12 * minute + minute);
      const { status, body } = await house.ask(task, 'token');
      expect([status, body['expires_in']]).toEqual([200, 15 * minute]);
      expect(house.heard(task.id)).toEqual([]);
    },
  );

  verifies(
    'vestibule:task-renewal',
    'refreshers that stood still for an hour catch up, and no task is lost by that',
    async () => {
      const tasks = await Promise.all(
        Array.from({ length: 45 }, () => house.task({ resource: house.demo, ceiling: String(6 * hour) })),
      );
      house.run.clock.advance(70 * minute);
      const from = house.log.length;
      await house.minutes(1);
      for (const { id } of tasks) {
        const renewed = house.tracedSince(from, id).filter(({ event }) => event === 'task_renewed');
        expect(renewed).toHaveLength(1);
      }
    },
  );
});

describe('whoever hears the event bus', () => {
  verifies(
    'vestibule:task-events',
    'is warned of a ceiling before it comes, and told of the end once, with nothing secret in it',
    async () => {
      const task = await house.task({ resource: house.demo, ceiling: String(hour), purpose: 'Audit' });
      const token = (task.body['token'] as { readonly access_token: string }).access_token;
      await house.minutes(64);
      const ceiling = Number(task.body['ceiling_at']);
      const named = { task_id: task.id, agent_id: 'planner', client_id: 'planner-client', purpose: 'Audit' };
      expect(house.heard(task.id)).toEqual([
        {
          event: 'TaskEnding',
          detail: expect.objectContaining({ ...named, ceiling, reason: 'ceiling_near' }) as unknown,
        },
        {
          event: 'TaskEnded',
          detail: expect.objectContaining({
            ...named,
            reason: 'ceiling_reached',
            at: ceiling,
            issuer: house.issuer,
          }) as unknown,
        },
      ]);
      const warnedAt = Number(house.heard(task.id)[0]?.detail['at']);
      expect(ceiling - warnedAt).toBeGreaterThanOrEqual(9 * minute);
      const heard = JSON.stringify(house.heard(task.id));
      expect([heard.includes(token), heard.includes(task.handle.slice(23))]).toEqual([false, false]);
    },
  );

  verifies(
    'vestibule:task-events',
    'is told of a missed heartbeat, and of an end that the client made',
    async () => {
      const silent = await house.task({ resource: house.demo, heartbeat_interval: String(5 * minute) });
      const done = await house.task({ resource: house.demo });
      await house.minutes(3);
      await house.ask(silent, 'heartbeat');
      await house.ask(done, 'complete');
      await house.minutes(3);
      expect(house.heard(done.id)).toMatchObject([{ event: 'TaskEnded', detail: { reason: 'completed' } }]);
      expect(house.heard(silent.id)).toEqual([]);
      await house.minutes(10);
      expect(house.heard(silent.id)).toMatchObject([
        { event: 'TaskEnded', detail: { reason: 'heartbeat_lost' } },
      ]);
      expect(endIn(await house.ask(silent, 'token'))).toMatchObject({ reason: 'heartbeat_lost' });
    },
  );

  verifies('vestibule:task-events', 'is told of each renewal of a task that asked for it', async () => {
    const task = await house.task({ resource: house.demo, delivery: 'events', ceiling: String(6 * hour) });
    await house.minutes(30);
    const heard = house.heard(task.id);
    expect(heard.length).toBeGreaterThanOrEqual(2);
    expect(new Set(heard.map(({ event }) => event))).toEqual(new Set(['TaskTokenRefreshed']));
    expect(new Set(heard.map(({ detail }) => detail['event_id'])).size).toBe(heard.length);
  });
});

describe('a task in the name of a person', () => {
  verifies(
    ['vestibule:task-renewal', 'vestibule:task-people'],
    'is renewed while what they granted stands, and ends with it though nobody asks',
    async () => {
      const letIn = await house.letIn();
      const from = house.log.length;
      const task = await house.task(house.forPerson(letIn), 'scan-desk');
      await house.minutes(14);
      const [renewed] = house.tracedSince(from, task.id).filter(({ event }) => event === 'task_renewed');
      expect(renewed).toMatchObject({ clientId: 'scan-desk', personId: alice.id });
      await house.granting.grants.end(
        letIn.grantId,
        { at: instant(house.seconds()), reason: 'withdrawn' },
        'request-1',
      );
      await house.minutes(14);
      expect(house.heard(task.id)).toMatchObject([
        { event: 'TaskEnded', detail: { reason: 'revoked', detail: 'withdrawn', sub: alice.id } },
      ]);
    },
  );

  verifies(
    ['vestibule:task-renewal', 'vestibule:task-people'],
    'ends when their identity provider does not let them go on',
    async () => {
      const letIn = await house.letIn();
      const task = await house.task(house.forPerson(letIn), 'scan-desk');
      await house.loseUpstream(letIn.grantId);
      await house.minutes(14);
      expect(house.heard(task.id)).toMatchObject([
        { event: 'TaskEnded', detail: { reason: 'grant_ended_upstream' } },
      ]);
    },
  );

  verifies(
    ['vestibule:task-renewal', 'vestibule:task-faults'],
    'goes on while nobody can ask for them, who is then asked by one for all',
    async () => {
      const tasks = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const letIn = await house.letIn();
          const task = await house.task(house.forPerson(letIn), 'scan-desk');
          await house.loseUpstream(letIn.grantId);
          return task;
        }),
      );
      house.run.cloud.faults.add('lambda:Invoke~Refresher=down@*');
      const from = house.log.length;
      await house.minutes(15);
      const told = eventsSince(house, from);
      expect(told.filter(({ event }) => event === 'provider_circuit_opened')).not.toEqual([]);
      const failures = told.filter(({ event }) => event === 'task_renewal_failed');
      expect(failures.length).toBeLessThan(2 * tasks.length);
      expect(
        failures.every(({ idp, reason }) => idp !== undefined && reason === 'the downstream function'),
      ).toBe(true);
      for (const task of tasks) expect((await house.status(task)).body['status']).toBe('running');
      house.run.cloud.faults.clear();
    },
  );

  verifies(
    'vestibule:task-people',
    'is not opened once their identity provider lets them go on no more',
    async () => {
      const letIn = await house.letIn();
      await house.loseUpstream(letIn.grantId);
      const { status, body } = await house.open(house.forPerson(letIn), 'scan-desk');
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      expect(body['error_description']).toMatch(
        /nothing is kept any more by which to ask their identity provider/,
      );
    },
  );
});
