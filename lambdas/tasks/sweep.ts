import type { DueKeptGrants } from '../ports/kept-grants.ts';
import type { TaskMessage, TaskQueue } from '../ports/task-work.ts';
import { type DueTasks, dueShards } from '../ports/tasks.ts';
import { after, type Clock, type Instant, instant } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import { sweepAheadSeconds } from './due.ts';

/** What a list of what is due tells of each. */
interface Due {
  readonly id: string;
  readonly dueAt: Instant;
  readonly goodUntil: Instant;
}

interface Lists<Entry extends Due> {
  readonly page: (
    shard: number,
    within: { readonly from: Instant; readonly until: Instant },
    next?: string,
  ) => Promise<{ readonly due: readonly Entry[]; readonly next?: string }>;
}

export interface SweepPorts<Swept = DueTasks> {
  readonly due: Swept;
  readonly queue: TaskQueue;
  /** Messages that may wait at most: what is not sent is due still, and a later sweep sends the most urgent of it. */
  readonly mostWaiting: number;
  readonly memory: SweepMemory;
  readonly clock: Clock;
  readonly audit: Audit;
}

/** What an instance remembers of its last sweeps. One that remembers nothing looks at everything. */
export interface SweepMemory {
  /** When it last looked; absent where something was left then. */
  sweptAt?: Instant;
  /** What was sent of late, when, and as due when. */
  readonly sent: Map<string, { readonly at: Instant; readonly dueAt: Instant }>;
}

/** A task that a worker was sent, or had begun and never finished, is sent again after so long. Seconds. */
const againSeconds = 300;

/** The same of what is kept of people, of which less than six minutes of half an hour may be left. Seconds. */
const keptAgainSeconds = 120;

const mostInMessage = 20;

/** Of one shard in one sweep: the memory of a function has bounds. */
const mostOfShard = 20_000;

/** Sends the tasks that are due to the workers. */
export function sweep(ports: SweepPorts, requestId: string): Promise<void> {
  return sweepLists(ports, requestId, {
    ...{ told: 'tasks_swept', againSeconds, startOf },
    asMessage: (due) => ({ tasks: due.map(({ id, dueAt }) => ({ id, dueAt })) }),
  });
}

/** Sends what is kept of people and ends unless somebody asks with it. */
export function sweepKept(ports: SweepPorts<DueKeptGrants>, requestId: string): Promise<void> {
  return sweepLists(ports, requestId, {
    ...{ told: 'kept_grants_swept', againSeconds: keptAgainSeconds, startOf: () => instant(0) },
    asMessage: (due) => ({ tasks: [], kept: due.map(({ id, idp, dueAt }) => ({ id, idp, dueAt })) }),
  });
}

interface Kind<Entry> {
  readonly told: 'tasks_swept' | 'kept_grants_swept';
  readonly againSeconds: number;
  /** From when on a shard is looked at. */
  readonly startOf: (shard: number, since: Instant | undefined, now: Instant) => Instant;
  readonly asMessage: (due: readonly Entry[]) => TaskMessage;
}

/**
 * Sends what is due to the workers, the most urgent first: of tasks each minute what has become due since the last one, and every fifth
 * minute of each shard, or after a gap, everything that is overdue; of what is kept of people, that each minute.
 */
async function sweepLists<Entry extends Due>(
  ports: SweepPorts<Lists<Entry>>,
  requestId: string,
  { told, againSeconds: apart, startOf: from, asMessage }: Kind<Entry>,
): Promise<void> {
  const { queue, memory, clock, audit } = ports;
  const now = clock();
  forgetOld(memory, now, apart);
  const since = memory.sweptAt;
  delete memory.sweptAt;
  const shards = Array.from({ length: dueShards }, (_, shard) => shard);
  const found = await Promise.all(shards.map((shard) => dueIn(ports, shard, from(shard, since, now), now)));
  const all = found.flatMap(({ due }) => due);
  const due = all.filter(({ id, dueAt }) => memory.sent.get(id)?.dueAt !== dueAt);
  const parts = inParts(due.sort(byUrgency)).map((part) => ({ part, message: asMessage(part) }));
  const budget = Math.max(0, ports.mostWaiting - (parts.length > 0 ? await queue.waiting() : 0));
  const tried = parts.slice(0, budget);
  const refused = new Set(await queue.send(tried.map(({ message }) => message)));
  const sent = tried.filter(({ message }) => !refused.has(message)).flatMap(({ part }) => part);
  for (const { id, dueAt } of sent) memory.sent.set(id, { at: now, dueAt });
  const left = due.length - sent.length;
  if (left === 0 && !found.some(({ isMore }) => isMore)) memory.sweptAt = now;
  const latestSeconds = all.reduce((latest, { dueAt }) => Math.max(latest, now - dueAt), 0);
  audit({ event: told, requestId, due: due.length, sent: sent.length, left, latestSeconds });
}

/** From when on a shard is looked at: what was due before was sent already, or is sent when everything is. */
function startOf(shard: number, since: Instant | undefined, now: Instant): Instant {
  const minute = Math.floor(now / 60);
  const isFresh = since !== undefined && now - since < againSeconds;
  return isFresh && minute % 5 !== shard % 5 ? since : instant(0);
}

async function dueIn<Entry extends Due>(
  { due }: SweepPorts<Lists<Entry>>,
  shard: number,
  from: Instant,
  now: Instant,
): Promise<{ readonly due: readonly Entry[]; readonly isMore: boolean }> {
  const within = { from, until: after(now, sweepAheadSeconds) };
  const found: Entry[] = [];
  let next: string | undefined;
  do {
    const page = await due.page(shard, within, next);
    found.push(...page.due);
    next = page.next;
  } while (next !== undefined && found.length < mostOfShard);
  return { due: found, isMore: next !== undefined };
}

function byUrgency(one: Due, other: Due): number {
  return one.goodUntil - other.goodUntil || one.dueAt - other.dueAt;
}

function inParts<Entry>(due: readonly Entry[]): readonly (readonly Entry[])[] {
  return Array.from({ length: Math.ceil(due.length / mostInMessage) }, (_, index) =>
    due.slice(index * mostInMessage, (index + 1) * mostInMessage),
  );
}

function forgetOld({ sent }: SweepMemory, now: Instant, seconds: number): void {
  for (const [id, { at }] of sent) if (now - at >= seconds) sent.delete(id);
}
