import type { Json } from './declaration.ts';
import { table } from './table.ts';
import { details, texts } from './views.ts';

interface Listed {
  /** When that was so, by the clock of the deployment. */
  readonly at: string;
  readonly tasks: readonly Json[];
  readonly isMore: boolean;
}

const header = ['TASK', 'AGENT', 'PERSON', 'PURPOSE', 'AGE', 'NEXT REFRESH', 'CEILING', 'HEALTH'];

/** The worst first. */
const order = ['over', 'failing', 'late', 'ending', 'well'];

/** Characters of what may be long. */
const [longestPurpose, longestReason] = [32, 60];

export function taskTable({ at, tasks, isMore }: Listed): string {
  const now = Date.parse(at);
  const sorted = tasks.toSorted(
    (one, other) =>
      rank(one) - rank(other) || momentOf(one, 'next_refresh_at') - momentOf(other, 'next_refresh_at'),
  );
  const rows = sorted.map((task) => [
    ...texts(task, 'id', 'agent_id'),
    personOf(task),
    cut(String(task['purpose']), longestPurpose),
    lasting(now - momentOf(task, 'opened_at')),
    from(now, task, 'next_refresh_at'),
    from(now, task, 'ceiling'),
    healthOf(now, task),
  ]);
  const shown = rows.length === 0 ? 'no task goes on' : table(header, rows);
  const count = `${rows.length} task${rows.length === 1 ? '' : 's'} at ${at}`;
  return `${shown}\n\n${count}${isMore ? ', and there are more: --all shows them' : ''}`;
}

export function taskDetails(task: Json): string {
  const { person, failure, ended, delivered, health, ends_at: endsAt, ...rest } = task;
  const [until = ''] = texts(task, 'ends_at');
  return details({
    ...rest,
    ...(person !== undefined && { person: Object.values(person as Json).join('  ') }),
    ...(delivered !== undefined && { delivered: Object.values(delivered as Json).join('  ') }),
    health,
    ...(endsAt !== undefined && { ends_at: `${until}, unless it is renewed by then` }),
    ...(failure !== undefined && { failure: failureOf(failure as Json) }),
    ...(ended !== undefined && { ended: endOf(ended as Json) }),
  });
}

function failureOf(failure: Json): string {
  const [count = '', since = '', reason = ''] = texts(failure, 'count', 'since', 'reason');
  const isAsked = failure['interaction'] === true;
  return `${count} in a row since ${since}: ${reason}${isAsked ? ', at /account of the issuer' : ''}`;
}

function endOf(end: Json): string {
  const [reason = '', at = '', of = '', detail = ''] = texts(end, 'reason', 'at', 'of', 'detail');
  return `${reason} at ${at}${of === '-' ? '' : `, as task ${of}`}${detail === '-' ? '' : `: ${detail}`}`;
}

function healthOf(now: number, task: Json): string {
  switch (task['health']) {
    case 'over':
      return `over: ${String((task['ended'] as Json)['reason'])}`;
    case 'failing': {
      const reason = cut(String((task['failure'] as Json)['reason']), longestReason);
      return `failing${task['ends_at'] === undefined ? '' : `, ends ${from(now, task, 'ends_at')}`}: ${reason}`;
    }
    case 'late':
      return `late by ${lasting(Number(task['late_seconds']) * 1_000)}`;
    default:
      return String(task['health']);
  }
}

function personOf(task: Json): string {
  const person = task['person'] as Json | undefined;
  if (person === undefined) return '-';
  return String(person['name'] ?? person['preferred_username'] ?? person['email'] ?? person['id']);
}

function rank(task: Json): number {
  return order.indexOf(String(task['health']));
}

function momentOf(task: Json, name: string): number {
  return Date.parse(String(task[name] ?? task['ceiling']));
}

function from(now: number, task: Json, name: string): string {
  if (task[name] === undefined) return '-';
  const ahead = momentOf(task, name) - now;
  return ahead < 0 ? `${lasting(-ahead)} ago` : `in ${lasting(ahead)}`;
}

/** `3 d 4 h`, `2 h 5 m`, `12 m`, `40 s`. */
function lasting(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A control character of a text that an agent wrote would be obeyed by a terminal. */
function cut(text: string, longest: number): string {
  const plain = text.replaceAll(/\p{Cc}/gu, ' ');
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1)}…`;
}
