import { describe, expect } from 'vitest';
import { jobsAt, minute, withJobs } from '../support/jobs.ts';
import { eventsSince } from '../support/people.ts';
import { startPlayedOffice } from '../support/played-office.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const minutes = 60;
const [ahead, behind] = [2 * minute, -2 * minute];

const office = forThisFile(() =>
  startPlayedOffice({
    change: withJobs,
    deployment: {
      clocksAhead: {
        Tasks: [ahead, behind],
        Refresher: [behind, ahead],
        Sweep: [ahead],
        Introspection: [behind, ahead],
      },
    },
  }),
);

describe('jobs at instances whose clocks are two minutes ahead or behind', () => {
  verifies(
    ['vestibule:task-renewal', 'vestibule:task-pull'],
    'are served whenever they call, renewed once each time, and not ended before they say so',
    async () => {
      const { machine, person, work } = jobsAt(office);
      // The first key of a deployment signs when every clock has come to when it was made.
      office.company.run.clock.advance(5 * minute);
      await office.company.run.settle();
      const silence = { heartbeatSeconds: 2 * minute };
      const jobs = [await machine(silence), await machine(), await person(silence), await person()];
      const wrong: string[] = [];
      const from = office.company.log.length;
      for (let passed = 0; passed < minutes; passed += 5) {
        const before = office.company.log.length;
        wrong.push(...(await work(jobs, 5)));
        const renewed = eventsSince(office.company, before).filter(({ event }) => event === 'task_renewed');
        expect(new Set(renewed.map(({ taskId }) => taskId)).size).toBe(renewed.length);
      }
      expect(wrong).toEqual([]);
      const renewals = eventsSince(office.company, from).filter(({ event }) => event === 'task_renewed');
      for (const { id } of jobs) {
        const times = renewals.filter(({ taskId }) => taskId === id).length;
        expect(times).toBeGreaterThanOrEqual(minutes / 20);
        expect(times).toBeLessThanOrEqual(minutes / 5 - 4);
      }
      for (const job of jobs) {
        await job.complete();
        expect((await job.status()).end).toMatchObject({ reason: 'completed' });
      }
    },
    240_000,
  );
});
