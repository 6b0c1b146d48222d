import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { encodeTask } from '../../../lambdas/adapters/dynamodb/task-codec.ts';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { StoredTask, Tasks, TaskWritten } from '../../../lambdas/ports/tasks.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';

/** Deliberately wrong: it reads a task, then writes all of it, as if nobody came between. The suite must find it out. */
export function getThenPutTasks(client: DynamoDBClient, table: string): Tasks {
  const tasks = dynamoTasks({ client, table });
  const put = async (task: StoredTask): Promise<StoredTask> => {
    await client.send(new PutItemCommand({ TableName: table, Item: toItem(encodeTask(task)) }));
    return task;
  };
  const change = async (id: TaskId, next: (task: StoredTask) => StoredTask): Promise<TaskWritten> => {
    const [task] = await tasks.find([id]);
    if (task === undefined) return { kind: 'gone' };
    if (task.ended !== undefined) return { kind: 'over', task };
    return { kind: 'written', task: await put(next(task)) };
  };
  return {
    ...tasks,
    heartbeat: (id, at) => change(id, (task) => ({ ...task, lastHeartbeatAt: at })),
    adopt: async (id, child) => {
      const [task] = await tasks.find([id]);
      if (task !== undefined && task.children.length >= 64) return { kind: 'over', task };
      return change(id, (found) => ({ ...found, children: [...found.children, child] }));
    },
    end: (id, ended) => change(id, (task) => ({ ...task, dueAt: ended.at, ended })),
    lease: async ({ id, dueAt }, lease, now) => {
      const [task] = await tasks.find([id]);
      if (task?.dueAt !== dueAt || (task.lease !== undefined && now < task.lease.until)) return undefined;
      return put({ ...task, lease, version: task.version + 1 });
    },
  };
}
