import { describe, expect } from 'vitest';
import { jobsAt, minute, withJobs } from '../support/jobs.ts';
import { eventsSince } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile(withJobs);

/** Of each failure, or opening or closing of a circuit, since then, what it is. */
function metSince(from: number): readonly unknown[] {
  const told = ['task_renewal_failed', 'provider_circuit_opened', 'provider_circuit_closed', 'task_ended'];
  return eventsSince(office.company, from).flatMap(({ event }) =>
    told.includes(String(event)) ? [event] : [],
  );
}

describe('jobs of three hours, in which the identity provider is down for twenty minutes', () => {
  verifies(
    ['vestibule:task-renewal', 'vestibule:task-pull'],
    'are refused no call; while it is down one asks it for all, and once it answers everybody goes on',
    async () => {
      const { machine, person, work, refused } = jobsAt(office);
      const ceilingSeconds = 180 * minute;
      const people = await Promise.all(Array.from({ length: 3 }, () => person({ ceilingSeconds })));
      const jobs = [await machine({ ceilingSeconds }), ...people];
      const from = office.company.log.length;
      const before = await work(jobs, 30, 5);
      expect(metSince(from)).toEqual([]);
      office.idp.play({ status: 503 });
      const meanwhile = await work(jobs, 20);
      const met = metSince(from);
      const asking = met.slice(met.indexOf('provider_circuit_opened'));
      expect(asking.length).toBeGreaterThanOrEqual(4);
      expect(asking).toEqual(
        asking.map((_, turn) => (turn % 2 === 0 ? 'provider_circuit_opened' : 'task_renewal_failed')),
      );
      office.idp.play();
      const after = await work(jobs, 10);
      const restored = metSince(from).slice(met.length);
      expect(restored.at(-1)).toBe('provider_circuit_closed');
      expect(restored.filter((event) => event === 'task_renewal_failed')).toEqual([]);
      const later = await work(jobs, 110, 10);
      expect([...before, ...meanwhile, ...after, ...later, ...refused]).toEqual([]);
      const statuses = await Promise.all(jobs.map((job) => job.status()));
      expect(statuses.map(({ running, failing }) => [running, failing])).toEqual(
        jobs.map(() => [true, undefined]),
      );
    },
    240_000,
  );
});
