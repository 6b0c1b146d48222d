import { decodeJwt } from 'jose';
import type { Agent, Task } from '../../../lambdas/agent/index.ts';
import { plannerAgent } from './planner.ts';
import { callTool } from './task-call.ts';
import { vestibule } from './vestibule-command.ts';
import type { Walk } from './walk-context.ts';

/** Jobs that take longer than a token lives, each behind one handle, and what they are told when they are over. */
export async function tasks(walk: Walk): Promise<void> {
  const planner = await plannerAgent(walk);
  await handedOn(walk, planner);
  await endedByOperator(walk, planner);
  walk.report.note('To see hours pass: npm start -- --fast-clock, and npm run demo -- --fast-clock');
}

async function handedOn(walk: Walk, planner: Agent): Promise<void> {
  const { endpoints, report, takeExchanges } = walk;
  report.step('The planner opens a task for a job that takes longer than a token lives');
  const options = { purpose: 'Compliance scan', ceilingSeconds: 3_600, heartbeatSeconds: 600 };
  const task = await planner.openTask({ ...options, resource: endpoints.mcp });
  report.check(
    'the tool answers under it',
    /asked by planner\)/,
    await callTool(task, endpoints.mcp, 'list_orders'),
  );
  const there = await (await plannerAgent(walk)).resumeTask({ handle: task.handle });
  const [one, other] = [await task.token(), await there.token()];
  report.check('another process that has the handle goes on with it', task.id, chainOf(other.value));
  report.check('with a token of its own', 'another', one.value === other.value ? 'the same' : 'another');
  const child = await there.child({ purpose: 'The half of it', scope: 'tools:read', ceilingSeconds: 600 });
  report.check(
    'a part of the job has a task below it',
    `${task.id} ${child.id}`,
    chainOf((await child.token()).value),
  );
  await shown(walk, [task, child]);

  report.step('The job is done');
  await task.complete();
  await report.refused('the other process is told so', /TaskEnded: .*the task is over: completed/, () =>
    there.heartbeat(),
  );
  await report.refused('and so is the part of it', /TaskEnded: .*the task is over: completed/, () =>
    child.heartbeat(),
  );
  takeExchanges();
}

async function endedByOperator(walk: Walk, planner: Agent): Promise<void> {
  const { endpoints, report, takeExchanges } = walk;
  report.step('An operator ends a task, and the job is told why');
  const task = await planner.openTask({ purpose: 'Stuck scan', resource: endpoints.mcp });
  await vestibule(report, 'tasks', 'end', task.id, '--reason', 'it is stuck');
  await report.refused('there is nothing more for it', /TaskEnded: .*the task is over: revoked/, () =>
    task.heartbeat(),
  );
  report.check('with the words of the operator', /it is stuck/, (await task.status()).end?.detail);
  takeExchanges();
}

async function shown({ report }: Walk, running: readonly Task[]): Promise<void> {
  const table = await vestibule(report, 'tasks', '--agent', 'planner');
  for (const line of table.trim().split('\n')) report.note(line);
  for (const { id } of running) report.check(`the operator sees ${id}`, new RegExp(`${id}.* well`), table);
}

/** The tasks that a token belongs to. */
function chainOf(token: string): string {
  return String(decodeJwt<{ readonly task_chain?: readonly string[] }>(token).task_chain?.join(' '));
}
