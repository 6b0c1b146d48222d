import { describe, expect } from 'vitest';
import type { Verifier } from '../../../lambdas/resource-server/index.ts';
import { TaskEnded, type Task } from '../../../lambdas/agent/index.ts';
import { type Jobs, jobsAt, judgeAt, minute, withJobs } from '../support/jobs.ts';
import { eventsSince } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

type Told = Readonly<Record<string, unknown>>;

/** How a job ends, and what has to be told of that. */
interface Ending {
  readonly job: Task;
  readonly reason: string;
  /** The task above it whose end it is. */
  readonly of?: string;
  /** Who is told; absent: the client is one no more. */
  readonly clientId?: string;
  /** A token of it has expired by then. */
  readonly expires?: true;
}

const office = playedOfficeForThisFile(withJobs);

/** What the bus was told of its end, each time. */
function heard({ id }: Task): readonly Told[] {
  const { run } = office.company;
  const buses = run.resources.filter(({ type }) => type === 'AWS::Events::EventBus');
  return buses
    .flatMap(({ physicalId }) => run.told(physicalId))
    .filter(({ 'detail-type': event, detail }) => event === 'TaskEnded' && detail['task_id'] === id)
    .map(({ detail }) => detail);
}

function audited({ id }: Task): readonly Told[] {
  return eventsSince(office.company, 0).filter(
    ({ event, taskId }) => event === 'task_ended' && taskId === id,
  );
}

/** What its agent is told, in whose hands it was and where its handle is all that is known. */
async function toldToAgent({ agentOf }: Jobs, job: Task, clientId: string): Promise<readonly unknown[]> {
  const elsewhere = await (await agentOf(clientId)).resumeTask({ handle: job.handle });
  const asked = [elsewhere.token(), elsewhere.heartbeat(), job.heartbeat()];
  return Promise.all(asked.map((answer) => answer.catch((error: unknown) => error)));
}

async function refusalOf(server: Verifier, token: string): Promise<string> {
  const verification = await server.verify(`Bearer ${token}`);
  return verification.ok ? 'taken' : String(verification.challenge.body['error_description']);
}

const taskEnded = 'The task that the access token is of has ended; its handle tells why';

async function endingsAt({ machine, person }: Jobs): Promise<readonly Ending[]> {
  const above = await machine();
  const below = await above.child({ purpose: 'A part of it' });
  const silent = await machine({ heartbeatSeconds: 5 * minute, automaticHeartbeat: false });
  const short = await machine({ ceilingSeconds: 10 * minute });
  const own = { clientId: 'planner-client' } as const;
  return [
    { job: above, reason: 'completed', ...own },
    { job: below, reason: 'completed', of: above.id, ...own },
    { job: silent, reason: 'heartbeat_lost', ...own },
    { job: short, reason: 'ceiling_reached', expires: true, ...own },
    { job: await machine({}, 'analyst-client'), reason: 'agent_disabled' },
    { job: await person(), reason: 'grant_ended_upstream', clientId: 'scan-desk' },
  ];
}

describe('the end of a job, while nobody asks', () => {
  verifies(
    ['vestibule:task-ends', 'vestibule:task-events', 'vestibule:task-token-ends', 'vestibule:task-policy'],
    'has one reason wherever it is told: to its agent, on the event bus, in the audit trail, and by whoever is called with a token of it',
    async () => {
      const jobs = jobsAt(office);
      const { run } = office.company;
      const server = judgeAt(office.company, jobs.seconds);
      const endings = await endingsAt(jobs);
      const goesOn = await jobs.machine();
      const tokens = await Promise.all(endings.map(async ({ job }) => (await job.token()).value));
      expect(new Set(await Promise.all(tokens.map((token) => refusalOf(server, token))))).toEqual(
        new Set(['taken']),
      );

      await endings[0]?.job.complete();
      office.idp.play({ refreshError: 'invalid_grant' });
      expect((await office.client.admin('POST', 'agents/analyst/disable')).status).toBe(200);
      for (let passed = 0; passed < 13; passed += 1) {
        run.clock.advance(minute);
        await run.settle();
        // What is below ends with it, and not when it is looked at by itself.
        if (passed === 1) expect(endings.map(({ job }) => heard(job).length)).toEqual([1, 1, 0, 0, 0, 0]);
      }
      run.clock.advance(30);

      for (const [index, { job, reason, of, clientId, expires }] of endings.entries()) {
        const [told] = heard(job);
        expect([reason, heard(job)]).toMatchObject([reason, [{ reason, ...(of && { of }) }]]);
        expect([reason, audited(job)]).toMatchObject([reason, [{ reason, ...(of && { of }) }]]);
        for (const error of clientId === undefined ? [] : await toldToAgent(jobs, job, clientId)) {
          expect(error).toBeInstanceOf(TaskEnded);
          const { detail, at } = told ?? {};
          expect([reason, error]).toMatchObject([reason, { reason, of, detail, at }]);
        }
        const why = await refusalOf(server, tokens[index] ?? '');
        expect([reason, why]).toEqual([reason, expires ? 'The access token has expired' : taskEnded]);
      }
      expect(await jobs.call([goesOn])).toEqual([]);
    },
    240_000,
  );

  verifies(
    'vestibule:task-handle',
    'is not the doing of another client that stole its handle, who is refused and reported',
    async () => {
      const { machine, agentOf, call } = jobsAt(office);
      await office.client.admin('POST', 'agents/analyst/enable');
      office.client.letCachesExpire();
      const job = await machine();
      const from = office.company.log.length;
      const stolen = (await agentOf('analyst-client')).resumeTask({ handle: job.handle });
      await expect(stolen).rejects.toMatchObject({ name: 'TokenRefused', error: 'invalid_grant' });
      expect(eventsSince(office.company, from)).toMatchObject([
        { event: 'task_handle_refused', taskId: job.id, clientId: 'analyst-client' },
      ]);
      expect([await call([job]), (await job.status()).running]).toEqual([[], true]);
    },
    60_000,
  );
});
