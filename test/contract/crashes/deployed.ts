import type { Task } from '../../../lambdas/agent/index.ts';
import { dueShards } from '../../../lambdas/ports/tasks.ts';
import { type Jobs, jobsAt, withJobs } from '../../spec/support/jobs.ts';
import { type PlayedOffice, startPlayedOffice } from '../../spec/support/played-office.ts';
import { callsDuring, type StruckCall } from '../../spec/support/struck-calls.ts';
import type { Cell } from './matrix.ts';

/** By a part of its name, each function that works while nobody asks, and what it does. */
const workers = {
  Sweep: 'the deployed sweep sends what is due',
  Refresher: 'the deployed worker renews two tasks',
  Downstream: "the deployed worker's question about a person",
} as const;

/** Calls of Lambda in the name of the function, while it does not run. */
const notItsOwn = ['sqs:ReceiveMessage', 'sqs:DeleteMessageBatch'];

/** By then both are due; then a lease is over, and a message comes again. Minutes. */
const [due, again] = [13, 6];

/** At most so often, until both are renewed. */
const mostRounds = 3;

/** What is struck: two jobs of an office, and the server that they call. */
interface Struck {
  readonly office: PlayedOffice;
  readonly at: Jobs;
  readonly jobs: readonly Task[];
}

/** Ends each function of a deployment in the middle of its work, at each call that it makes of AWS, and lets the deployment go on. */
export async function deployedCrashes(): Promise<readonly Cell[]> {
  const office = await startPlayedOffice({ change: withJobs });
  try {
    const at = jobsAt(office);
    const struck = { office, at, jobs: [await at.machine(), await at.person()] };
    const cells: Cell[] = [];
    for (const { target, times } of await callsOf(struck)) {
      for (let turn = 1; turn <= times; turn += 1) cells.push(await cellOf(struck, target, turn));
    }
    return cells;
  } finally {
    await office.stop();
  }
}

/** The second time nothing is new to any instance. */
async function callsOf({ office, at, jobs }: Struck): Promise<readonly StruckCall[]> {
  const round = (): Promise<unknown> => at.work(jobs, due, due);
  await round();
  const all = await callsDuring(office.company, Object.keys(workers), round);
  const own = all.filter(({ target }) => !notItsOwn.some((action) => target.startsWith(action)));
  // The lists of the vault come after those of tasks, and hold nothing of theirs.
  return own.map(({ target, times }) => ({
    target,
    times: target.startsWith('dynamodb:Query') ? Math.min(times, dueShards) : times,
  }));
}

async function cellOf({ office, at, jobs }: Struck, target: string, turn: number): Promise<Cell> {
  const { faults } = office.company.run.cloud;
  const [action = '', worker = ''] = target.split('~');
  const [asked, refused] = [office.idp.refreshes(), at.refused.length];
  const seen = [await rightsOf(jobs)];
  // As providers with a grace do: without one, a token that nobody has written down has the person come again.
  office.idp.play(worker === 'Downstream' ? { takesSpent: true } : {});
  faults.add(`${target}=crash@${turn}`);
  const wrong = [...(await at.work(jobs, due, due))];
  seen.push(await rightsOf(jobs));
  for (let round = 1; round < mostRounds && !isRenewed(seen); round += 1) {
    wrong.push(...(await at.work(jobs, again, again)));
    seen.push(await rightsOf(jobs));
  }
  faults.clear();
  const questions = office.idp.refreshes() - asked;
  wrong.push(...at.refused.slice(refused), ...wrongIn(seen, questions));
  const right = seen.length === 2 ? 'renewed once, at once' : 'renewed once, by who came next';
  return {
    flow: workers[worker as keyof typeof workers],
    call: `${action.replace(/^.*:/, '')} ${turn}`,
    ...{ fault: 'crash after it', isRight: wrong.length === 0 },
    outcome: wrong.length > 0 ? wrong.join('; ') : right,
  };
}

/** Until when each may have tokens: a renewal moves it. */
async function rightsOf(jobs: readonly Task[]): Promise<readonly number[]> {
  return Promise.all(jobs.map(async (job) => (await job.status()).goodUntil));
}

function isRenewed(seen: readonly (readonly number[])[]): boolean {
  const [before = [], now = []] = [seen.at(0), seen.at(-1)];
  return now.every((until, job) => until > (before[job] ?? Infinity));
}

/** Where one crashed that had asked the provider, the next asks it once more. */
function wrongIn(seen: readonly (readonly number[])[], questions: number): readonly string[] {
  const moved = seen[0]?.map((_, job) => new Set(seen.map((rights) => rights[job])).size - 1) ?? [];
  return [
    ...moved.flatMap((times, job) => (times === 1 ? [] : [`job ${job} was renewed ${times} times`])),
    ...(questions >= 1 && questions <= 2 ? [] : [`the provider was asked ${questions} times`]),
  ];
}
