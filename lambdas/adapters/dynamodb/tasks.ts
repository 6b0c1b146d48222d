import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { StoredTask, TaskEnd, TaskOutcome, Tasks, TaskWritten } from '../../ports/tasks.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { endedName } from '../../runtime/ended-name.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import { foundFrom, isInTokens } from '../../tasks/ends.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { issuedAfterEnd, setEnd } from './end-steps.ts';
import { keyOf } from './keys.ts';
import {
  adopting,
  beating,
  type Change,
  ending,
  extending,
  givingBack,
  leasing,
  settling,
} from './task-changes.ts';
import { decodeTask, encodeTask } from './task-codec.ts';
import { type Step, transact } from './transaction.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Keeps each task in one item of the grants table; every decision about it is one conditional write on that item. */
export function dynamoTasks(options: Options): Tasks {
  const { client, table } = options;
  return {
    open: (task) => open(options, task),
    find: async (ids) => {
      const items = await batchGet(client, table, [...new Set(ids.map(keyOf.task))]);
      return [...items.values()].map(decodeTask);
    },
    adopt: (parent, child) =>
      write(options, parent, adopting(child), ({ children }) => children.includes(child)),
    heartbeat: (id, at) => write(options, id, beating(at), ({ lastHeartbeatAt }) => lastHeartbeatAt >= at),
    extend: (id, ceiling) => write(options, id, extending(ceiling), (task) => task.ceiling === ceiling.to),
    end: (id, end, requestId) => endTask(options, id, end, requestId),
    lease: async (due, lease, now) => {
      const { done, item } = await update(options, due.id, leasing(due, lease, now));
      const task = item && decodeTask(item);
      return done || isHeld(task, lease.attempt, now) ? task : undefined;
    },
    settle: (id, attempt, outcome) => settle(options, id, attempt, outcome),
  };
}

async function open({ client, table }: Options, task: StoredTask): Promise<void> {
  const put = new PutItemCommand({
    TableName: table,
    Item: toItem(encodeTask(task)),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  // No two tasks have one handle.
  const isOurs = (item: Item): boolean => item['handle_digest']?.S === task.handleDigest;
  const { won } = await writeOnce(() => client.send(put), isOurs);
  if (!won) throw new Error('there is another task of that id');
}

/** `isDone`: by the task as it stands, so that a write whose reply was lost, or that another made before, is no refusal. */
async function write(
  options: Options,
  id: TaskId,
  change: Change,
  isDone: (task: StoredTask) => boolean,
): Promise<TaskWritten> {
  const { done, item } = await update(options, id, change);
  if (item === undefined) return { kind: 'gone' };
  const task = decodeTask(item);
  return { kind: done || (task.ended === undefined && isDone(task)) ? 'written' : 'over', task };
}

async function endTask(options: Options, id: TaskId, end: TaskEnd, requestId: string): Promise<TaskWritten> {
  const { client, table } = options;
  const change = ending(id, end, requestId);
  if (isInTokens(end)) {
    const { done, item } = await update(options, id, change);
    return endedBy(requestId, item, done);
  }
  const own: Step = {
    write: { Update: { TableName: table, Key: keyFor(id), ...change } },
    otherwise: { outcome: 'moved_on' },
  };
  const until = foundFrom(end);
  const entry = setEnd(table, endedName('task_id', id), after(until, issuedAfterEnd), until);
  const { outcome } = await transact(client, [own, entry]);
  const item = (await batchGet(client, table, [keyOf.task(id)])).get(keyOf.task(id));
  return endedBy(requestId, item, outcome === 'written');
}

/** `won`: this write made the end. Else it may have before, in a try whose reply was lost. */
function endedBy(requestId: string, item: Item | undefined, won: boolean): TaskWritten {
  if (item === undefined) return { kind: 'gone' };
  const isOurs = won || item['ended']?.M?.['request_id']?.S === requestId;
  return { kind: isOurs ? 'written' : 'over', task: decodeTask(item) };
}

function isHeld(task: StoredTask | undefined, attempt: string, now: Instant): boolean {
  return task?.lease?.attempt === attempt && task.lease.until > now;
}

async function settle(options: Options, id: TaskId, attempt: string, outcome: TaskOutcome): Promise<boolean> {
  const { done, item } = await update(options, id, settling(attempt, outcome));
  if (done || item?.['settled']?.S === attempt) return true;
  if (item?.['lease']?.M?.['attempt']?.S === attempt) await update(options, id, givingBack(attempt));
  return false;
}

interface Updated {
  readonly done: boolean;
  /** As the update left it, or as it stands in its way. */
  readonly item: Item | undefined;
}

function update({ client, table }: Options, id: TaskId, change: Change): Promise<Updated> {
  const command = new UpdateItemCommand({
    ...{ TableName: table, Key: keyFor(id), ...change },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return calling('DynamoDB', async () => {
    try {
      return { done: true, item: (await client.send(command)).Attributes };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { done: false, item: error.Item };
    }
  });
}

function keyFor(id: TaskId): Item {
  return { pk: { S: keyOf.task(id) } };
}
