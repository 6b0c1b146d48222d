import { jobsAt, withJobs } from '../../spec/support/jobs.ts';
import { startPlayedOffice } from '../../spec/support/played-office.ts';
import { callsDuring, type StruckCall } from '../../spec/support/struck-calls.ts';

/** What one refresh of a person's task took. */
export interface OfPerson {
  /** What the worker, and the function that it has ask the identity provider, asked of AWS; without what Lambda asks the queue. */
  readonly calls: readonly StruckCall[];
  /** Of the identity provider. */
  readonly questions: number;
}

/** By then a task under tokens of 15 minutes is due. */
const dueMinutes = 13;

/** Refreshes one in a deployment, whose instances know the provider and the registry as those of a busy one do. */
export async function refreshOfPerson(): Promise<OfPerson> {
  const office = await startPlayedOffice({ change: withJobs });
  try {
    const job = await jobsAt(office).person();
    const pass = async (): Promise<void> => {
      office.company.run.clock.advance(dueMinutes * 60);
      await office.company.run.settle();
    };
    await pass();
    const before = [office.idp.refreshes(), (await job.status()).goodUntil] as const;
    const calls = await callsDuring(office.company, ['Refresher', 'Downstream'], pass);
    if ((await job.status()).goodUntil <= before[1]) throw new Error('the task was not refreshed');
    return {
      calls: calls.filter(({ target }) => !target.startsWith('sqs:')),
      questions: office.idp.refreshes() - before[0],
    };
  } finally {
    await office.stop();
  }
}
