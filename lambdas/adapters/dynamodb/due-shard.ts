import { createHash } from 'node:crypto';
import { dueShards } from '../../ports/tasks.ts';
import type { TaskId } from '../../runtime/identifiers.ts';

/** Which list of what is due a task is in, for good. */
export function dueShardOf(id: TaskId): number {
  return createHash('sha256').update(id).digest().readUInt8() % dueShards;
}
