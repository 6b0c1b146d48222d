import { type Agent, type Task, TaskEnded } from '../../../lambdas/agent/index.ts';
import { atWork } from './at-work.ts';
import { startChromium } from './chromium.ts';
import { plannerAgent } from './planner.ts';
import { Surprise } from './report.ts';
import { callTool } from './task-call.ts';
import type { Walk } from './walk-context.ts';

/** One of the planner in its own name, and one that Alice asked for. */
export interface Jobs {
  readonly scan: Job;
  readonly hers: Job;
}

/** Work under a task, and the tokens that it has had. */
export interface Job {
  readonly whose: string;
  readonly task: Task;
  /** Calls its tool; rejects with what the agent's module throws, or with a surprise. */
  readonly call: () => Promise<void>;
  readonly tokens: Set<string>;
}

const ceilingMinutes = 110;

export async function openJobs(walk: Walk): Promise<Jobs> {
  const { endpoints, report } = walk;
  const { origin } = new URL(endpoints.mcp);
  report.step('Alice asks the planner for a job that takes hours, and closes her laptop');
  // What goes over the wire is the same for hours.
  const planner = await plannerAgent({ endpoints, fetch: (url, init) => fetch(url, init) });
  const accessToken = await tokenOfAlice(walk, `${origin}/agents/planner`);
  const hers = await opened(walk, planner, {
    ...{ whose: 'Alice’s job', purpose: 'What Alice asked', onBehalfOf: { accessToken } },
    ...{ resource: `${origin}/agents/analyst`, tool: 'ask', input: { question: 'what is open' } },
    answer: /^person\.[\w-]{43}, via planner asked: what is open/,
  });
  report.step('The planner opens a task for a job of its own, which has to be done in two hours');
  const scan = await opened(walk, planner, {
    ...{ whose: 'The planner’s own job', purpose: 'Compliance scan', ceilingSeconds: ceilingMinutes * 60 },
    ...{ resource: endpoints.mcp, tool: 'list_orders', input: {} },
    answer: /asked by planner\)/,
  });
  return { scan, hers };
}

type Opening = Parameters<Agent['openTask']>[0] & {
  readonly resource: string;
  readonly whose: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly answer: RegExp;
};

async function opened({ report }: Walk, planner: Agent, opening: Opening): Promise<Job> {
  const { whose, tool, input, answer, ...options } = opening;
  const task = await planner.openTask(options);
  report.note(`${whose} is task ${task.id}`);
  const call = async (): Promise<void> => {
    const said = await callTool(task, options.resource, tool, input);
    if (!answer.test(said)) throw new Surprise(`${tool} answered ${said}`);
  };
  return { whose, task, call, tokens: new Set() };
}

async function tokenOfAlice(walk: Walk, server: string): Promise<string> {
  const chromium = await startChromium();
  try {
    const alice = await atWork(walk, chromium, { user: 'alice', name: 'Laptop', by: 'registration', server });
    try {
      walk.report.check('her client needs her', 'REDIRECT', await alice.authorize('plan'));
      await alice.signIn();
      const token = alice.client.tokens()?.access_token;
      if (token === undefined) throw new Surprise('her client has no token');
      return token;
    } finally {
      await alice.leave();
    }
  } finally {
    await chromium.close();
    walk.takeExchanges();
  }
}

/** What a job is told that may do nothing any more. */
export async function refusal({ call, whose }: Job): Promise<TaskEnded> {
  const said = await call().then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  if (said instanceof TaskEnded) return said;
  throw new Surprise(`${whose} should be told of its end\n     got      ${String(said)}`);
}
