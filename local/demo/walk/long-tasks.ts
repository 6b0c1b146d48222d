import type { TaskEndReason } from '../../../lambdas/agent/index.ts';
import { setEmployed, setWrong } from './company-directory.ts';
import { type Job, openJobs, type Jobs, refusal } from './jobs.ts';
import { Surprise } from './report.ts';
import type { RunClock } from './run-clock.ts';
import { vestibule } from './vestibule-command.ts';
import type { Walk } from './walk-context.ts';

const pauseMinutes = 5;

/** What a job makes of its end: it knows more than that it was refused. */
const whatItSays: Readonly<Record<TaskEndReason, string>> = {
  completed: 'it was completed elsewhere, so there is nothing left to do',
  ceiling_reached: 'its time is up, so it hands in what it has',
  heartbeat_lost: 'it was silent for too long, so somebody else may have begun it again',
  revoked: 'somebody stopped it, so it asks nobody for another token',
  grant_ended_upstream: 'whoever asked for it may not be acted for any more, so it puts away what is theirs',
  agent_disabled: 'the agent was stopped, and this with it',
  idp_unreachable: 'the identity provider was away for too long, so it may be begun again later',
  policy: 'what it does is not allowed any more',
};

/** Two hours of two jobs, in which their tokens expire, the identity provider is down, and Alice leaves the company. */
export async function longTasks(walk: Walk, clock: RunClock | undefined): Promise<void> {
  if (clock === undefined) {
    throw new Surprise(
      'Hours pass where the clock of the run may be moved, and that of this one may not.\n   Stop it and start one with `npm start -- --fast-clock`.',
    );
  }
  const jobs = await openJobs(walk);
  await work(walk, clock, jobs, 30);
  await outage(walk, clock, jobs);
  await work(walk, clock, jobs, 40);
  for (const { whose, tokens } of Object.values(jobs) as readonly Job[]) {
    walk.report.note(`${whose} has had ${tokens.size} tokens, one after the other`);
    const outlived = Math.min(6, tokens.size - 1);
    walk.report.check(`${whose} outlived six of them, and no call was refused`, 6, outlived);
  }
  await ends(walk, clock, jobs);
}

/** The calls of a company go on while its identity provider answers nobody. */
async function outage(walk: Walk, clock: RunClock, jobs: Jobs): Promise<void> {
  const { endpoints, report, undoLater } = walk;
  const { id } = jobs.hers.task;
  report.step('Alice’s identity provider is down');
  undoLater(() => setWrong(endpoints, 'nothing'));
  await setWrong(endpoints, 'down');
  await work(walk, clock, jobs, 20);
  await table(walk, 'the operator sees whose task cannot be renewed', new RegExp(`${id}.* failing`));
  await setWrong(endpoints, 'nothing');
  report.step('It is back');
  await work(walk, clock, jobs, 10);
  await table(walk, 'all is well again', new RegExp(`${id}.* well`));
}

async function ends(walk: Walk, clock: RunClock, { scan, hers }: Jobs): Promise<void> {
  const { endpoints, report, undoLater } = walk;
  report.step('Alice leaves the company, and the other job comes to its ceiling');
  undoLater(() => setEmployed(endpoints, 'alice', true));
  await setEmployed(endpoints, 'alice', false);
  await clock.pass(15);
  await over(walk, hers, 'grant_ended_upstream');
  await over(walk, scan, 'ceiling_reached');
  const shown = await vestibule(report, 'tasks', 'show', hers.task.id);
  report.check('the operator reads the same', /^ended +grant_ended_upstream at /m, shown);
  report.note(`→ GET ${endpoints.tasks}`);
  const page = await (await fetch(endpoints.tasks)).text();
  report.check(
    'and sees on a line of time what was not renewed',
    /not renewed [^<]*identity provider demo/,
    page,
  );
  for (const { task, whose } of [hers, scan])
    report.check(`and the end of ${whose}`, new RegExp(`${task.id}[^]*over at`), page);
}

/** Both jobs call their tools every few minutes; a call that is refused is a surprise. */
async function work({ report }: Walk, clock: RunClock, { scan, hers }: Jobs, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += pauseMinutes) {
    await clock.pass(pauseMinutes);
    for (const { call, task, tokens } of [scan, hers]) {
      await call();
      tokens.add((await task.token()).value);
    }
    const failing = (await hers.task.status()).failing === undefined ? '' : '; hers cannot be renewed now';
    const numbers = `token ${scan.tokens.size} and ${hers.tokens.size}`;
    report.note(`${timeNow()}  both jobs call their tools, with ${numbers}${failing}`);
  }
}

/** Of the run, as everything here is told it. */
function timeNow(): string {
  return new Date().toISOString().slice(11, 16);
}

async function table({ report }: Walk, promise: string, expected: RegExp): Promise<void> {
  const shown = await vestibule(report, 'tasks', '--agent', 'planner');
  for (const line of shown.trim().split('\n')) report.note(line);
  report.check(promise, expected, shown);
}

async function over({ report }: Walk, job: Job, reason: TaskEndReason): Promise<void> {
  const end = await refusal(job);
  report.check(`${job.whose} is told that it is over, and why: ${reason}`, reason, end.reason);
  report.note(`  ${whatItSays[end.reason]}`);
}
