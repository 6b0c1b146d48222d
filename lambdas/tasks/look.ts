import type { TaskEnd } from '../ports/tasks.ts';
import { after } from '../runtime/clock.ts';
import { fraction } from '../runtime/random.ts';
import { backoffSeconds } from './due.ts';
import { endTask } from './end-task.ts';
import { endOf } from './ends.ts';
import { logged } from './failure.ts';
import type { Due, Leased, RefreshPorts } from './ports.ts';
import { renew } from './renew.ts';
import { tidy } from './tidy.ts';

/** What came of looking at a task. `taken`: another is at it, or was. */
export interface Looked {
  readonly outcome: 'taken' | 'renewed' | 'failed' | 'ended';
  /** What has become due by its end. */
  readonly next: readonly Due[];
}

/**
 * Looks at one task that is due: renews the right to issue tokens for it, or finds that it is over and does what follows from that.
 * However often it is asked, and by however many, one does it.
 */
export async function look(ports: RefreshPorts, due: Due, requestId: string): Promise<Looked> {
  const { tasks, clock, random, leaseSeconds } = ports;
  const now = clock();
  const attempt = random(16);
  const task = await tasks.lease(due, { attempt, until: after(now, leaseSeconds) }, now);
  if (task === undefined) return { outcome: 'taken', next: [] };
  const leased: Leased = { task, attempt, now, requestId };
  try {
    return await attend(ports, leased);
  } catch (error) {
    return giveUp(ports, leased, error);
  }
}

async function attend(ports: RefreshPorts, leased: Leased): Promise<Looked> {
  const { task, now } = leased;
  const end = endOf(task, await ports.tasks.find(task.terms.ancestors), now);
  if (end !== undefined) return over(ports, leased, end);
  const renewal = await renew(ports, leased);
  return renewal.outcome === 'over' ? over(ports, leased, renewal.end) : { ...renewal, next: [] };
}

/** For now: nobody waits for the lease to be over, unless the store itself is what failed. */
async function giveUp(
  ports: RefreshPorts,
  { task, attempt, now, requestId }: Leased,
  error: unknown,
): Promise<Looked> {
  const count = (task.failure?.count ?? 0) + 1;
  const reason = logged(error, requestId, task.terms.id);
  const failure = { count, since: task.failure?.since ?? now, reason };
  const dueAt = after(now, backoffSeconds(count, fraction(ports.random)));
  await ports.tasks.settle(task.terms.id, attempt, { kind: 'failed', failure, dueAt });
  return { outcome: 'failed', next: [] };
}

/** The first end stays, whoever found it: what is told and tidied is the one that is written down. */
async function over(ports: RefreshPorts, leased: Leased, end: TaskEnd): Promise<Looked> {
  const { task, requestId } = leased;
  if (task.ended !== undefined) return tidyOf(ports, leased, task.ended);
  const ended = await endTask(ports, task, end, { requestId, by: 'refresher' });
  if (ended === undefined) return { outcome: 'ended', next: [] };
  return tidyOf(ports, { ...leased, task: ended }, ended.ended ?? end);
}

async function tidyOf(ports: RefreshPorts, leased: Leased, end: TaskEnd): Promise<Looked> {
  return { outcome: 'ended', next: await tidy(ports, leased, end) };
}
