import { type KnownTask, type Task, taskUnder, type TaskWorld } from './task.ts';
import {
  type ChildTaskOptions,
  openingForm,
  type ResumeOptions,
  subjectOf,
  type TaskOptions,
} from './task-options.ts';

/** What an agent does that takes longer than a token lives. */
export interface Tasks {
  readonly openTask: (options: TaskOptions) => Promise<Task>;
  /** Goes on with a task that was opened elsewhere, by the same client and with the same key. */
  readonly resumeTask: (held: { readonly handle: string } & ResumeOptions) => Promise<Task>;
}

export function tasksOf(world: TaskWorld): Tasks {
  return {
    openTask: (options) => open(world, options, subjectOf(options.onBehalfOf)),
    resumeTask: async ({ handle, ...options }) => {
      const held = { id: idIn(handle), handle };
      const status = await world.server.ask(held, 'status');
      return started(world, { status, handle }, options);
    },
  };
}

async function open(
  world: TaskWorld,
  options: ChildTaskOptions,
  basis: Readonly<Record<string, string>>,
): Promise<Task> {
  return started(world, await world.server.open(openingForm(options, basis)), options);
}

function started(
  world: TaskWorld,
  opened: KnownTask,
  { automaticHeartbeat = true }: ResumeOptions,
): Promise<Task> {
  const { handle } = opened;
  return taskUnder(world, opened, {
    automaticHeartbeat,
    child: (options) => open(world, options, { parent_handle: handle }),
  });
}

/** The half of a handle that is no secret. Throws a TypeError for what is no handle, and does not repeat it. */
function idIn(handle: string): string {
  const [, id] = /^([\w-]+)\.[\w-]+$/.exec(handle) ?? [];
  if (id === undefined) throw new TypeError('handle: that of a task, as its opening answered it');
  return id;
}
