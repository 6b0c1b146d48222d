import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { RunningTasks } from '../../ports/running-tasks.ts';
import { type DueTask, dueShards } from '../../ports/tasks.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import { batchGet } from './batch-get.ts';
import { dueShardOf } from './due-shard.ts';
import { readDue } from './due-tasks.ts';
import { keyOf } from './keys.ts';
import { whole } from './stored.ts';
import { decodeTask } from './task-codec.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** The task that came last of each list; absent before the first. */
type Positions = readonly (Pick<DueTask, 'id' | 'dueAt'> | undefined)[];

const [ever, never] = [instant(0), instant(9_999_999_999)];

const shards = Array.from({ length: dueShards }, (_, shard) => shard);

/** All lists of what is due as one, and the tasks that they name. */
export function dynamoRunningTasks(options: Options): RunningTasks {
  return {
    list: async ({ limit, cursor }) => {
      const positions = cursor === undefined ? shards.map(() => undefined) : readCursor(cursor);
      if (positions === undefined) return undefined;
      const lists = await Promise.all(shards.map((shard) => listed(options, shard, limit, positions[shard])));
      const all = lists.flatMap(({ due }) => due).toSorted((one, other) => one.dueAt - other.dueAt);
      const first = all.slice(0, limit);
      const isMore = all.length > limit || lists.some((list) => list.isMore);
      const keys = first.map(({ id }) => keyOf.task(id));
      const items = await batchGet(options.client, options.table, keys);
      return {
        // One that is gone is in the index for a moment longer.
        things: keys.flatMap((key) => [items.get(key) ?? []].flat().map(decodeTask)),
        ...(isMore && { cursor: writeCursor(positionsAfter(positions, first)) }),
      };
    },
  };
}

function listed(options: Options, shard: number, limit: number, behind: Positions[number]) {
  return readDue(options, { shard, from: ever, until: never, limit, ...(behind && { behind }) });
}

function positionsAfter(before: Positions, taken: readonly DueTask[]): Positions {
  return before.map((position, shard) => taken.findLast(({ id }) => dueShardOf(id) === shard) ?? position);
}

const writtenPositions = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(
    v.nullable(
      v.strictTuple([v.pipe(whole, v.maxValue(never)), v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))]),
    ),
  ),
  v.length(dueShards),
);

function writeCursor(positions: Positions): string {
  const written = positions.map((position) => position && [position.dueAt, position.id]);
  return Buffer.from(JSON.stringify(written)).toString('base64url');
}

function readCursor(cursor: string): Positions | undefined {
  const read = v.safeParse(writtenPositions, Buffer.from(cursor, 'base64url').toString());
  if (!read.success) return undefined;
  return read.output.map((position) => (position === null ? undefined : positionOf(position)));
}

function positionOf([dueAt, id]: readonly [number, string]): { id: TaskId; dueAt: Instant } {
  return { id: id as TaskId, dueAt: instant(dueAt) };
}
