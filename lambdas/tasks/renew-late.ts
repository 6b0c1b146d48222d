import type { StoredTask, TaskOutcome, Tasks } from '../ports/tasks.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { fraction } from '../runtime/random.ts';
import { ask } from './ask.ts';
import { confirmedNow } from './confirmed.ts';
import { isOfDelivery } from './deliver.ts';
import { againAt, backoffSeconds, dueAt, notAtOnce } from './due.ts';
import { endForClient } from './end-task.ts';
import { logged } from './failure.ts';
import type { Leased, RefreshPorts } from './ports.ts';
import type { Confirmation } from './renewal.ts';
import { whose } from './whose.ts';

type Shared = 'confirm' | 'providers' | 'timing' | 'leaseSeconds' | 'random' | 'audit';

/** What it takes to renew a task on the way of a request: nothing that follows from a renewal, or from an end. */
export interface LatePorts extends Pick<RefreshPorts, Shared> {
  readonly tasks: Pick<Tasks, 'find' | 'lease' | 'settle' | 'end'>;
  /** Resolves after so many milliseconds; rejects when it is aborted before that. */
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/** A request for a token. */
interface Asked {
  readonly now: Instant;
  readonly requestId: string;
  /** What its token has left at least. */
  readonly promisedSeconds: number;
}

/** No request waits longer for a renewal that it has begun. */
const mostMilliseconds = 5_000;

/** For one that another has begun, where less is left than is promised. */
const waits = [100, 200, 400, 800, 1_600];

/**
 * A task as a token is to be made for it. Where its refreshers are so late that less would be left than is promised, it is renewed first,
 * as they do it: of however many ask, one does it, and the others go on with what there is. Whatever becomes of that, the task is
 * answered, as good as it is.
 */
export async function renewLate(ports: LatePorts, task: StoredTask, asked: Asked): Promise<StoredTask> {
  if (!isLate(task, ports, asked)) return task;
  const { now, requestId, promisedSeconds } = asked;
  try {
    const isTaken = task.lease !== undefined && task.lease.until > now;
    const renewal = isTaken ? 'taken' : await inPatience(ports, task, asked);
    if (renewal !== 'taken') return renewal;
    return task.goodUntil >= after(now, promisedSeconds) ? task : await renewedByOther(ports, task);
  } catch (error) {
    logged(error, requestId, task.terms.id);
    return task;
  }
}

/**
 * Sooner than a promise is broken, or than what is kept of its person ends, by the length of a lease: who begins and is never heard of
 * again keeps nobody from it.
 */
function isLate(
  { goodUntil: until, askBy, confirmedAt, ceiling, dueAt: due }: StoredTask,
  { leaseSeconds }: LatePorts,
  { now, promisedSeconds }: Asked,
): boolean {
  const isOverdue = due !== undefined && due <= now;
  const end = askBy === undefined || askBy <= confirmedAt ? until : Math.min(until, askBy);
  return isOverdue && end < ceiling && end < after(now, promisedSeconds + leaseSeconds);
}

function inPatience(ports: LatePorts, task: StoredTask, asked: Asked): Promise<StoredTask | 'taken'> {
  const done = new AbortController();
  const renewal = renewAlone(ports, task, asked).finally(() => {
    done.abort();
  });
  const patience = ports.pause(mostMilliseconds, done.signal);
  return Promise.race([
    renewal,
    patience.then(
      () => task,
      () => renewal,
    ),
  ]);
}

async function renewAlone(
  ports: LatePorts,
  { terms: { id }, dueAt: due }: StoredTask,
  { now, requestId }: Asked,
): Promise<StoredTask | 'taken'> {
  const { tasks, random, leaseSeconds } = ports;
  if (due === undefined) return 'taken';
  const attempt = random(16);
  const task = await tasks.lease({ id, dueAt: due }, { attempt, until: after(now, leaseSeconds) }, now);
  if (task === undefined) return 'taken';
  const leased: Leased = { task, attempt, now, requestId };
  try {
    return await renewed(ports, leased);
  } catch (error) {
    const what = logged(error, requestId, id);
    return settleLeft(ports, leased, what, after(now, backoffSeconds(1, fraction(random))));
  }
}

async function renewed(ports: LatePorts, leased: Leased): Promise<StoredTask> {
  const { task, now, requestId } = leased;
  const answer = await ask(ports, leased, { pressed: false });
  switch (answer.kind) {
    case 'stands':
      return settleRenewed(ports, leased, answer);
    case 'over': {
      const { reason, detail } = answer;
      const end = { at: now, reason, ...(detail !== undefined && { detail }) };
      const ended = await endForClient(ports, task, end, { requestId });
      // Of a task that has ended this gives the lease back, for whoever is to tidy.
      await settleLeft(ports, leased, 'it is over', now);
      return { ...task, ended };
    }
    case 'put_off':
      return settleLeft(ports, leased, 'its identity provider is asked later', answer.until);
    case 'unreachable': {
      const { what, retryAfterSeconds = 0 } = answer;
      const wait = Math.max(backoffSeconds(1, fraction(ports.random)), retryAfterSeconds);
      return settleLeft(ports, leased, what, after(now, wait));
    }
  }
}

/**
 * Who wants to hear of each renewal, or has tokens delivered, has a refresher come soon, which finds the task as long unconfirmed as it
 * was: what follows from a renewal is its work.
 */
async function settleRenewed(
  ports: LatePorts,
  leased: Leased,
  answer: Extract<Confirmation, { readonly kind: 'stands' }>,
): Promise<StoredTask> {
  const { task, now, requestId } = leased;
  const { timing, random, audit } = ports;
  const isAlone = task.terms.delivery.kind === 'pull';
  const fresh = confirmedNow(task, answer, now, timing);
  const { goodUntil, roles, askBy } = fresh;
  const due = notAtOnce(isAlone ? dueAt(fresh, timing, fraction(random)) : now, now);
  const changed = {
    ...{ confirmedAt: isAlone ? now : task.confirmedAt, goodUntil, dueAt: due },
    ...(roles && { roles }),
    ...(askBy !== undefined && { askBy }),
    ...(task.failure !== undefined && isOfDelivery(task.failure) && { failure: task.failure }),
  };
  const settled = await settle(ports, leased, { kind: 'renewed', ...changed }, { ...fresh, ...changed });
  if (settled.goodUntil === goodUntil) {
    audit({ event: 'task_renewed', requestId, ...whose(task), goodUntil, dueAt: due });
  }
  return settled;
}

/** For a refresher, which counts failures, tells of them and ends what has failed for too long. */
function settleLeft(ports: LatePorts, leased: Leased, reason: string, again: Instant): Promise<StoredTask> {
  const { task, now } = leased;
  const failure = task.failure ?? { count: 0, since: now, reason };
  const changed = { failure, dueAt: notAtOnce(againAt(task, ports.timing, again, now), now) };
  return settle(ports, leased, { kind: 'failed', ...changed }, { ...task, ...changed });
}

/** `then`: the task as it is by that. Where the lease was lost, or the task has ended, it is as somebody else has left it. */
async function settle(
  { tasks }: LatePorts,
  { task, attempt }: Leased,
  outcome: TaskOutcome,
  then: StoredTask,
): Promise<StoredTask> {
  const { id } = task.terms;
  if (await tasks.settle(id, attempt, outcome)) return then;
  return (await tasks.find([id]))[0] ?? task;
}

/** Until another has written what came of it, or has not for so long that nobody waits for it. */
async function renewedByOther({ tasks, pause }: LatePorts, task: StoredTask): Promise<StoredTask> {
  let latest = task;
  for (const milliseconds of waits) {
    await pause(milliseconds);
    latest = (await tasks.find([task.terms.id]))[0] ?? task;
    if (latest.lease === undefined || latest.ended !== undefined) return latest;
  }
  return latest;
}
