import type { TaskEvent } from '../ports/task-work.ts';
import type { StoredTask, TaskEnd, TaskFailure } from '../ports/tasks.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { fraction } from '../runtime/random.ts';
import { ask, type PutOff } from './ask.ts';
import { isOfDelivery } from './deliver.ts';
import { confirmedNow } from './confirmed.ts';
import { delivered } from './delivered.ts';
import { againAt, backoffSeconds, dueAt, isToConfirm, isToWarn, notAtOnce } from './due.ts';
import type { Leased, RefreshPorts } from './ports.ts';
import type { Confirmation } from './renewal.ts';
import { tell } from './tell.ts';
import { endingTold, failedTold, refreshedTold } from './told.ts';
import { whose } from './whose.ts';

export type Renewal =
  { readonly outcome: 'renewed' | 'failed' | 'taken' } | { readonly outcome: 'over'; readonly end: TaskEnd };

type Stands = Extract<Confirmation, { kind: 'stands' }>;
type Unreachable = Extract<Confirmation, { kind: 'unreachable' }>;

/** A single failure ends nothing, however late it comes: so many in a row. */
const fewestFailures = 3;

/** Asks what a leased task rests on, where it is time to, and writes what came of it. */
export async function renew(ports: RefreshPorts, leased: Leased): Promise<Renewal> {
  const { task, now } = leased;
  if (!isToConfirm(task, ports.timing, now)) return settleRenewed(ports, leased, { asked: false });
  // Whose right has run out is asked for though others are not: it has nothing to ride on.
  const confirmation = await ask(ports, leased, { pressed: now >= task.goodUntil });
  switch (confirmation.kind) {
    case 'over': {
      const { reason, detail } = confirmation;
      return { outcome: 'over', end: { at: now, reason, ...(detail !== undefined && { detail }) } };
    }
    case 'stands':
      return settleRenewed(ports, leased, { asked: true, ...confirmation });
    case 'put_off':
      return settlePutOff(ports, leased, confirmation);
    case 'unreachable':
      return settleFailed(ports, leased, confirmation);
  }
}

async function settleRenewed(
  ports: RefreshPorts,
  leased: Leased,
  answer: Pick<Stands, 'roles' | 'askBy'> & { readonly asked: boolean },
): Promise<Renewal> {
  const { task, attempt, now, requestId } = leased;
  const { tasks, timing, random, audit } = ports;
  const renewed = answer.asked ? confirmedNow(task, answer, now, timing) : task;
  const warned = await warn(ports, leased, renewed);
  // Who wants to hear of each renewal hears of this one, if not now then of the one that is made for it.
  const isTold = !answer.asked || (await tell(ports, leased, refreshed(renewed, leased)));
  const share = fraction(random);
  const roles = answer.roles && { roles: answer.roles };
  const delivery = await delivered(ports, leased, { ...withoutFailure(renewed), ...roles });
  const next = delivery.due(dueAt({ ...renewed, ...warned }, timing, share), share);
  const due = notAtOnce(isTold ? next : after(now, backoffSeconds(1, share)), now);
  const { goodUntil: until } = renewed;
  const confirmedAt = isTold ? renewed.confirmedAt : task.confirmedAt;
  const outcome = {
    ...({ kind: 'renewed', confirmedAt, goodUntil: until, dueAt: due } as const),
    ...roles,
    ...askByAt(renewed.askBy),
    ...warned,
    ...delivery.outcome,
    ...delivery.failure,
  };
  if (!(await tasks.settle(task.terms.id, attempt, outcome))) return { outcome: 'taken' };
  if (answer.asked) audit({ event: 'task_renewed', requestId, ...whose(task), goodUntil: until, dueAt: due });
  return { outcome: 'renewed' };
}

/** One renewal more that failed in a row; deliveries that failed are no renewals. */
function oneMore({ failure }: StoredTask, now: Instant): Pick<TaskFailure, 'count' | 'since'> {
  const before = isOfDelivery(failure) ? undefined : failure;
  return { count: (before?.count ?? 0) + 1, since: before?.since ?? now };
}

/** What failed before does not any more, but for a delivery. */
function withoutFailure({ failure, ...task }: StoredTask): StoredTask {
  return { ...task, ...(failure !== undefined && isOfDelivery(failure) && { failure }) };
}

async function settleFailed(ports: RefreshPorts, leased: Leased, failed: Unreachable): Promise<Renewal> {
  const { task, now, requestId } = leased;
  const { what: reason, interaction, idp, retryAfterSeconds = 0 } = failed;
  const { count, since } = oneMore(task, now);
  if (now >= task.goodUntil && count >= fewestFailures) {
    return { outcome: 'over', end: { at: now, ...endBy(failed) } };
  }
  const failure: TaskFailure = { count, since, reason, ...(interaction && { interaction }) };
  if (count === 1 || interaction) await tell(ports, leased, [failedTold(task, { reason, interaction }, now)]);
  const wait = Math.max(backoffSeconds(count, fraction(ports.random)), retryAfterSeconds);
  const settled = await settleAs(ports, leased, failure, after(now, wait));
  if (settled.outcome === 'taken') return settled;
  const { goodUntil: until, ceiling } = task;
  ports.audit({
    ...{ event: 'task_renewal_failed', requestId, ...whose(task), ...failure },
    ...{ goodUntil: until, ceiling, interaction, endsEarly: until < ceiling },
    ...(idp !== undefined && { idp }),
  });
  return settled;
}

/** Nobody signed in again, or nobody answered, for as long as it could go on with what it had. */
function endBy({ interaction, what }: Unreachable): Pick<TaskEnd, 'reason' | 'detail'> {
  return interaction
    ? { reason: 'grant_ended_upstream', detail: 'interaction_required' }
    : { reason: 'idp_unreachable', detail: what };
}

/** Nobody failed: what was counted stays as it is. */
function settlePutOff(ports: RefreshPorts, leased: Leased, { until }: PutOff): Promise<Renewal> {
  const { task, now } = leased;
  const reason = 'its identity provider is asked later';
  return settleAs(ports, leased, task.failure ?? { count: 0, since: now, reason }, until);
}

/** It is looked at again then, or when it is over by itself. */
async function settleAs(
  ports: RefreshPorts,
  leased: Leased,
  failure: TaskFailure,
  again: Instant,
): Promise<Renewal> {
  const { task, attempt, now } = leased;
  const warned = await warn(ports, leased, task);
  const byItself = againAt({ ...task, ...warned }, ports.timing, again, now);
  const delivery = await delivered(ports, leased, task);
  const due = notAtOnce(delivery.due(byItself, fraction(ports.random)), now);
  const outcome = { kind: 'failed', failure, dueAt: due, ...warned, ...delivery.outcome } as const;
  return { outcome: (await ports.tasks.settle(task.terms.id, attempt, outcome)) ? 'failed' : 'taken' };
}

/** Where nobody could be told it is tried again. */
async function warn(
  ports: RefreshPorts,
  leased: Leased,
  task: StoredTask,
): Promise<{ readonly warnedAt?: Instant }> {
  const { now, requestId } = leased;
  if (!isToWarn(task, now) || !(await tell(ports, leased, [endingTold(task, now)]))) return {};
  ports.audit({ event: 'task_ending', requestId, ...whose(task), ceiling: task.ceiling });
  return { warnedAt: now };
}

function askByAt(askBy: Instant | undefined): { readonly askBy?: Instant } {
  return askBy === undefined ? {} : { askBy };
}

function refreshed(renewed: StoredTask, { task, now }: Leased): readonly TaskEvent[] {
  return renewed.terms.delivery.kind === 'events' ? [refreshedTold(renewed, now, task.confirmedAt)] : [];
}
