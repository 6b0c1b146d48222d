import type { TaskMessage, TaskQueue } from '../ports/task-work.ts';
import { type DueTask, type DueTasks, dueShards } from '../ports/tasks.ts';
import { after, type Clock, type Instant, instant } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { TaskId } from '../runtime/identifiers.ts';
import { sweepAheadSeconds } from './due.ts';

export interface SweepPorts {
  readonly due: DueTasks;
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
  readonly sent: Map<TaskId, { readonly at: Instant; readonly dueAt: Instant }>;
}

/** What a worker was sent, or had begun and never finished, is sent again after so long. Seconds. */
const againSeconds = 300;

const tasksInMessage = 20;

/** Of one shard in one sweep: the memory of a function has bounds. */
const mostOfShard = 20_000;

/**
 * Sends what is due to the workers, the most urgent first: each minute what has become due since the last one, and every fifth minute of
 * each shard, or after a gap, everything that is overdue.
 */
export async function sweep(ports: SweepPorts, requestId: string): Promise<void> {
  const { queue, memory, clock, audit } = ports;
  const now = clock();
  forgetOld(memory, now);
  const since = memory.sweptAt;
  delete memory.sweptAt;
  const shards = Array.from({ length: dueShards }, (_, shard) => shard);
  const found = await Promise.all(
    shards.map((shard) => dueIn(ports, shard, startOf(shard, since, now), now)),
  );
  const all = found.flatMap(({ due }) => due);
  const due = all.filter(({ id, dueAt }) => memory.sent.get(id)?.dueAt !== dueAt);
  const messages = inMessages(due.sort(byUrgency));
  const budget = Math.max(0, ports.mostWaiting - (messages.length > 0 ? await queue.waiting() : 0));
  const refused = new Set(await queue.send(messages.slice(0, budget)));
  const sent = messages.slice(0, budget).filter((message) => !refused.has(message));
  for (const { id, dueAt } of sent.flatMap(({ tasks }) => tasks)) memory.sent.set(id, { at: now, dueAt });
  const left = due.length - tasksOf(sent);
  if (left === 0 && !found.some(({ isMore }) => isMore)) memory.sweptAt = now;
  const latestSeconds = all.reduce((latest, { dueAt }) => Math.max(latest, now - dueAt), 0);
  audit({ event: 'tasks_swept', requestId, due: due.length, sent: tasksOf(sent), left, latestSeconds });
}

/** From when on a shard is looked at: what was due before was sent already, or is sent when everything is. */
function startOf(shard: number, since: Instant | undefined, now: Instant): Instant {
  const minute = Math.floor(now / 60);
  const isFresh = since !== undefined && now - since < againSeconds;
  return isFresh && minute % 5 !== shard % 5 ? since : instant(0);
}

async function dueIn(
  { due }: SweepPorts,
  shard: number,
  from: Instant,
  now: Instant,
): Promise<{ readonly due: readonly DueTask[]; readonly isMore: boolean }> {
  const within = { from, until: after(now, sweepAheadSeconds) };
  const found: DueTask[] = [];
  let next: string | undefined;
  do {
    const page = await due.page(shard, within, next);
    found.push(...page.due);
    next = page.next;
  } while (next !== undefined && found.length < mostOfShard);
  return { due: found, isMore: next !== undefined };
}

function byUrgency(one: DueTask, other: DueTask): number {
  return one.goodUntil - other.goodUntil || one.dueAt - other.dueAt;
}

function inMessages(due: readonly DueTask[]): readonly TaskMessage[] {
  return Array.from({ length: Math.ceil(due.length / tasksInMessage) }, (_, index) => ({
    tasks: due
      .slice(index * tasksInMessage, (index + 1) * tasksInMessage)
      .map(({ id, dueAt }) => ({ id, dueAt })),
  }));
}

function tasksOf(messages: readonly TaskMessage[]): number {
  return messages.reduce((count, { tasks }) => count + tasks.length, 0);
}

function forgetOld({ sent }: SweepMemory, now: Instant): void {
  for (const [id, { at }] of sent) if (now - at >= againSeconds) sent.delete(id);
}
