import type { Task } from '../../../lambdas/agent/index.ts';
import { TokenRefused } from '../../../lambdas/agent/index.ts';
import { type Jobs, jobsAt, withJobs } from '../../spec/support/jobs.ts';
import { type PlayedOffice, startPlayedOffice } from '../../spec/support/played-office.ts';
import { callsDuring, type StruckCall } from '../../spec/support/struck-calls.ts';
import type { Cell } from './matrix.ts';

interface Struck {
  readonly office: PlayedOffice;
  readonly at: Jobs;
}

/** What an agent asks of the endpoint of tasks, and would ask again. */
interface Request {
  readonly name: string;
  readonly begin: (at: Jobs) => Promise<Asked>;
}

interface Asked {
  /** Resolves with the task. */
  readonly ask: () => Promise<Task>;
  /** Whether the task is over by it. */
  readonly ends?: true;
}

const requests: readonly Request[] = [
  { name: 'a task is opened', begin: (at) => Promise.resolve({ ask: () => at.machine() }) },
  { name: "a token is asked for of a machine's task", begin: async (at) => pulling(at, await at.machine()) },
  {
    name: "a token is asked for of a person's task",
    begin: async (at) => pulling(at, await at.person(), 'scan-desk'),
  },
  {
    name: 'a task goes on',
    begin: async (at) => {
      const job = await at.machine({ heartbeatSeconds: 600 });
      return { ask: () => job.heartbeat().then(() => job) };
    },
  },
  {
    name: 'a task is completed',
    begin: async (at) => {
      const job = await at.machine();
      return { ask: () => job.complete().then(() => job), ends: true };
    },
  },
];

/** Ends the function of the endpoint in the middle of a request, at each call that it makes of AWS, and asks again. */
export async function requestCrashes(): Promise<readonly Cell[]> {
  const office = await startPlayedOffice({ change: withJobs });
  try {
    const struck = { office, at: jobsAt(office) };
    const cells: Cell[] = [];
    for (const request of requests) {
      for (const { target, times } of await callsOf(struck, request)) {
        for (let turn = 1; turn <= times; turn += 1) cells.push(await cellOf(struck, request, target, turn));
      }
    }
    return cells;
  } finally {
    await office.stop();
  }
}

/** By an instance of the agent that has no token yet. */
async function pulling({ agentOf }: Jobs, { handle }: Task, clientId = 'planner-client'): Promise<Asked> {
  const agent = await agentOf(clientId);
  return {
    ask: async () => {
      const job = await agent.resumeTask({ handle });
      await job.token();
      return job;
    },
  };
}

async function callsOf({ office, at }: Struck, { begin }: Request): Promise<readonly StruckCall[]> {
  const { ask } = await begin(at);
  office.client.letCachesExpire();
  return callsDuring(office.company, ['Tasks'], ask);
}

async function cellOf(
  { office, at }: Struck,
  { name, begin }: Request,
  target: string,
  turn: number,
): Promise<Cell> {
  const { faults } = office.company.run.cloud;
  const { ask, ends } = await begin(at);
  office.client.letCachesExpire();
  faults.add(`${target}=crash@${turn}`);
  const first: unknown = await ask().catch((error: unknown) => error);
  faults.clear();
  const again: unknown = first instanceof Error ? await ask().catch((error: unknown) => error) : first;
  const wrong = [
    ...(first instanceof TokenRefused ? [`refused: ${first.message}`] : []),
    ...(again instanceof Error ? [`and again: ${again.message}`] : await judged(at, again as Task, ends)),
  ];
  const right = first === again ? 'answered at once' : 'answered when asked again';
  return {
    flow: `the deployed endpoint: ${name}`,
    call: `${target.replace(/^.*:|~.*$/g, '')} ${turn}`,
    ...{ fault: 'crash after it', isRight: wrong.length === 0 },
    outcome: wrong.length > 0 ? wrong.join('; ') : right,
  };
}

async function judged(at: Jobs, job: Task, ends: boolean | undefined): Promise<readonly string[]> {
  if (ends === undefined) return at.call([job]);
  const { end } = await job.status();
  return end?.reason === 'completed' ? [] : [`it ended as ${end?.reason ?? 'nothing'}`];
}
