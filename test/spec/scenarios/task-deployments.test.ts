import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, onTestFinished } from 'vitest';
import type { Task } from '../../../lambdas/agent/index.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { jobsAt, minute, withJobs } from '../support/jobs.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { verifies } from '../verifies.ts';

/** Until when a task may be given tokens, which each renewal moves. */
const goodUntil = async (job: Task): Promise<number> => (await job.status()).goodUntil;

/** Tokens live for longer, and there is another resource. */
function withMore(config: VestibuleConfig): VestibuleConfig {
  const another = { id: 'wiki', uri: 'https://wiki.example.com/mcp', name: 'Wiki' } as const;
  const resources = [...config.resources, { ...another, scopes: { 'wiki:read': 'Read' } }];
  return { ...withJobs(config), accessTokenMinutes: 30, resources };
}

function messagesIn({ company }: PlayedOffice): number {
  const queues = [...company.run.queued()].filter(([arn]) => arn.includes('TaskWork'));
  return queues.reduce((count, [, messages]) => count + messages.length, 0);
}

describe('jobs of hours, in which everything is deployed anew', () => {
  verifies(
    ['vestibule:task-renewal', 'vestibule:task-pull', 'vestibule:survives-a-kill'],
    'are refused no call: handles, leases and messages live on, and what is new in the config counts from then on',
    async () => {
      const stateDirectory = mkdtempSync(join(tmpdir(), 'vestibule-deployments-'));
      let office = await startPlayedOffice({ change: withJobs, deployment: { stateDirectory } });
      onTestFinished(async () => {
        await office.stop();
        rmSync(stateDirectory, { recursive: true, force: true });
      });
      const first = jobsAt(office);
      const jobs = [await first.machine(), await first.person()];
      const opened = await Promise.all(jobs.map(goodUntil));
      expect(await first.call(jobs)).toEqual([]);
      // The worker that leased them is gone, and its message is not yet to be seen again.
      office.company.run.clock.advance(13 * minute);
      office.company.run.cloud.faults.add('dynamodb:UpdateItem~Refresher=crash@1');
      await office.company.run.settle();
      expect([messagesIn(office), await Promise.all(jobs.map(goodUntil))]).toEqual([1, opened]);

      office = await office.redeployed(withJobs);
      const second = jobsAt(office);
      const after = await second.work(jobs, 12, 6);
      const renewed = await Promise.all(jobs.map(goodUntil));
      expect(renewed.map((until, job) => until > (opened[job] ?? 0))).toEqual([true, true]);

      // A message is sent, and nobody has received it when the next deployment comes.
      const before = await second.work(jobs, 6, 6);
      const due = await Promise.all(jobs.map(goodUntil));
      office.company.run.clock.advance(25 * minute);
      office.company.run.cloud.faults.add('sqs:ReceiveMessage~Refresher=down@*');
      await office.company.run.runSchedules();
      expect(messagesIn(office)).toBe(1);
      const keysBefore = decodeProtectedHeader((await jobs[0]!.token()).value).kid;

      office = await office.redeployed(withMore);
      const third = jobsAt(office);
      const { status } = await office.client.admin('POST', 'keys/rotate');
      expect(status).toBe(200);
      await office.company.run.settle();
      const worked = await Promise.all(jobs.map(goodUntil));
      expect([messagesIn(office), worked.map((until, job) => until > (due[job] ?? 0))]).toEqual([
        ...[0, [true, true]],
      ]);
      const last = await third.work(jobs, 60, 12);
      const { value } = await jobs[0]!.token();
      const { exp = 0, iat = 0 } = decodeJwt(value);
      expect([exp - iat, decodeProtectedHeader(value).kid === keysBefore]).toEqual([30 * minute, false]);
      expect([...after, ...before, ...last]).toEqual([]);
      expect([...first.refused, ...second.refused, ...third.refused]).toEqual([]);
      for (const job of jobs) await job.complete();
    },
    240_000,
  );
});
