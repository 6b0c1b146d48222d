import { issue, type Reply, type Seen, type World } from './fixture.ts';

export const handle = `task-1.${'h'.repeat(43)}`;

/** What the server has of the one task that it knows. */
export interface PlayedTask {
  readonly heartbeatSeconds?: number;
  ended?: { readonly reason: string; readonly at: number; readonly detail?: string };
}

/** Has the issuer of a world answer as one that has tasks. */
export function playTask(world: World, task: PlayedTask = {}): PlayedTask {
  world.answers.tasks = (seen) => {
    if (seen.path === '/tasks') {
      const { body } = issue(world);
      return {
        status: 201,
        body: {
          ...status(world, task),
          handle,
          token: { ...(body as object), scope: 'read', resource: world.resource },
        },
      };
    }
    return ofTask(world, task, seen);
  };
  return task;
}

function ofTask(world: World, task: PlayedTask, { path, form }: Seen): Reply {
  if (form.get('handle') !== handle) return { status: 400, body: { error: 'invalid_grant' } };
  if (path === '/tasks/task-1/complete') task.ended ??= { reason: 'completed', at: world.now };
  else if (task.ended !== undefined) {
    return { status: 400, body: { error: 'invalid_grant', error_description: 'over', task_end: task.ended } };
  }
  return path === '/tasks/task-1/token' ? issue(world) : { status: 200, body: status(world, task) };
}

function status({ resource, now }: World, { heartbeatSeconds, ended }: PlayedTask): object {
  return {
    ...{ task_id: 'task-1', status: ended === undefined ? 'running' : 'over', purpose: 'a scan' },
    access: [{ resource, scope: 'read' }],
    ...{ ceiling_at: now + 10_800, good_until: now + 4_500 },
    ...(heartbeatSeconds !== undefined && { heartbeat_interval: heartbeatSeconds }),
    ...(ended && { task_end: ended }),
  };
}
