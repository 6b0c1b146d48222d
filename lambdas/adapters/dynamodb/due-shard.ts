import { createHash } from 'node:crypto';
import { dueShards } from '../../ports/tasks.ts';
import type { ConnectionId, GrantId, TaskId } from '../../runtime/identifiers.ts';

/** Which list of what is due it is in, for good. */
export function dueShardOf(id: TaskId | GrantId | ConnectionId): number {
  return createHash('sha256').update(id).digest().readUInt8() % dueShards;
}
