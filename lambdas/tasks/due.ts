import type { StoredTask } from '../ports/tasks.ts';
import { after, type Instant, instant } from '../runtime/clock.ts';
import { foundFrom, silenceOf } from './ends.ts';

/** Of a deployment, in seconds. */
export interface TaskTiming {
  /** How long an access token lives. */
  readonly tokenSeconds: number;
  /** How long a task goes on without a word from what it rests on, after its last token would have expired. */
  readonly graceSeconds: number;
}

type Timed = Pick<StoredTask, 'terms' | 'ceiling' | 'lastHeartbeatAt' | 'confirmedAt' | 'askBy' | 'warnedAt'>;

/** What must not be looked at before its moment is due so much later: a sweep sends a minute ahead. Seconds. */
export const sweepAheadSeconds = 60;

/** Renewed between these parts of a token's life, or of what is kept of its person where that ends sooner. */
const [earliestShare, latestShare] = [0.6, 0.8];

const warning = { leastSeconds: 600, share: 0.05, atMost: 0.5 } as const;

/** Until when tokens may be issued on what was confirmed then. */
export function goodUntil(
  confirmedAt: Instant,
  ceiling: Instant,
  { tokenSeconds, graceSeconds }: TaskTiming,
): Instant {
  return earlier(after(confirmedAt, tokenSeconds + graceSeconds), ceiling);
}

/** The same of one that is confirmed anew: it never gets shorter, whatever the config says by now, so that no token outlives it. */
export function renewedUntil(
  { goodUntil: before, ceiling }: Pick<StoredTask, 'goodUntil' | 'ceiling'>,
  now: Instant,
  timing: TaskTiming,
): Instant {
  return instant(Math.max(before, goodUntil(now, ceiling, timing)));
}

/**
 * When a refresher has to look at a task that was confirmed when it says: to renew it, to warn of its ceiling, or to find that it is
 * over. `share`, of [0, 1), is drawn, so that what was opened together is not renewed together.
 */
export function dueAt(task: Timed, timing: TaskTiming, share: number): Instant {
  const part = earliestShare + (latestShare - earliestShare) * share;
  const silence = silenceOf(task);
  return [
    after(task.confirmedAt, Math.floor(lifeSeconds(task, timing) * part)),
    after(task.ceiling, sweepAheadSeconds),
    ...(silence === undefined ? [] : [after(foundFrom(silence), sweepAheadSeconds)]),
    ...(isWarned(task) ? [] : [warningAt(task)]),
  ].reduce(earlier);
}

/** Whether a task that is looked at is to be confirmed again; it may have been due for another reason. */
export function isToConfirm(task: Timed, timing: TaskTiming, now: Instant): boolean {
  const earliest = Math.floor(lifeSeconds(task, timing) * earliestShare);
  return now >= after(task.confirmedAt, earliest - sweepAheadSeconds);
}

/** How long what was confirmed is good for: nothing that is kept of its person is to end before somebody asks again, unless it has. */
function lifeSeconds({ confirmedAt, askBy }: Timed, { tokenSeconds }: TaskTiming): number {
  return askBy === undefined || askBy <= confirmedAt
    ? tokenSeconds
    : Math.min(tokenSeconds, askBy - confirmedAt);
}

/** Whether it is time to say that the ceiling is near, and nobody has said so of this ceiling. */
export function isToWarn(task: Timed, now: Instant): boolean {
  return !isWarned(task) && now >= after(warningAt(task), -sweepAheadSeconds);
}

/** An extension moves the ceiling, and with it the warning: one that came before that was of another ceiling. */
export function isWarned(task: Timed): boolean {
  return task.warnedAt !== undefined && task.warnedAt >= after(warningAt(task), -sweepAheadSeconds);
}

function warningAt({ terms, ceiling }: Timed): Instant {
  const life = ceiling - terms.openedAt;
  const ahead = Math.min(Math.max(warning.leastSeconds, life * warning.share), life * warning.atMost);
  return after(ceiling, -Math.floor(ahead));
}

/** After so many failures in a row, in seconds: from half a minute, twice as long each time, up to five minutes; `share` as above. */
export function backoffSeconds(failures: number, share: number): number {
  const longest = Math.min(300, 30 * 2 ** Math.min(failures - 1, 10));
  return Math.ceil(longest * (0.5 + share / 2));
}

/** Of one that could not be renewed: then, or when it is over by itself. */
export function againAt(task: Timed, timing: TaskTiming, wanted: Instant, now: Instant): Instant {
  return earlier(wanted, dueAt({ ...task, confirmedAt: now }, timing, 0));
}

/** Nobody looks at the same task again sooner than that. Seconds. */
const shortestSeconds = 15;

export function notAtOnce(due: Instant, now: Instant): Instant {
  return instant(Math.max(due, after(now, shortestSeconds)));
}

function earlier(one: Instant, other: Instant): Instant {
  return instant(Math.min(one, other));
}
