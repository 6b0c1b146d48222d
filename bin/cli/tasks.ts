import type { AdminClient } from './admin-client.ts';
import type { Said } from './command.ts';
import type { Json } from './declaration.ts';
import { UsageError } from './failure.ts';
import type { Surroundings } from './io.ts';
import { allowOnly, type Values } from './options.ts';
import { taskDetails, taskTable } from './task-views.ts';
import { watch } from './watch.ts';

interface Invocation {
  /** What follows `tasks`. */
  readonly words: readonly string[];
  readonly values: Values;
  readonly admin: () => AdminClient;
  readonly surroundings: Surroundings;
}

/** The usage of each command, and what it does. */
export const taskUsage: readonly (readonly [string, string])[] = [
  [
    'tasks [--agent <id>] [--all] [--watch]',
    'show the tasks that go on: agent, person, age, next refresh, ceiling, and how they are; --watch again and again',
  ],
  ['tasks show <id>', 'show a task with what it may do, and why it ended if it did'],
  ['tasks end <id> --reason <text>', 'end a task and all below it; whoever asks for its token is told why'],
];

/** So many are shown unless all are asked for: those that are due first. */
const usual = 500;

const pageSize = 100;

/** `vestibule tasks …`. */
export async function tasksCommand(invocation: Invocation): Promise<Said> {
  const [verb, ...operands] = invocation.words;
  switch (verb) {
    case undefined:
    case 'list':
      return list(invocation, operands);
    case 'show':
      return show(invocation, operands);
    case 'end':
      return end(invocation, operands);
    default:
      throw new UsageError(`${JSON.stringify(verb)} is no command of tasks: list, show, end`);
  }
}

async function list({ values, admin, surroundings }: Invocation, operands: readonly string[]): Promise<Said> {
  allowOnly(values, ['agent', 'all', 'watch'], 'tasks');
  noMore(operands);
  const client = admin();
  const look = async (): Promise<Said> => {
    const found = await read(client, values);
    return { text: taskTable(found), json: found.tasks };
  };
  const { terminal } = surroundings;
  if (values.watch !== true || values.json === true || terminal === undefined) return look();
  return watch(look, terminal);
}

async function read(admin: AdminClient, { all, agent }: Values) {
  const most = all === true ? Infinity : usual;
  const tasks = new Map<unknown, Json>();
  for (let cursor = ''; ;) {
    const page = await admin.send('GET', `tasks?limit=${pageSize}${cursor}`);
    for (const task of page['tasks'] as readonly Json[]) {
      if (agent === undefined || task['agent_id'] === agent) tasks.set(task['id'], task);
    }
    const next = page['cursor'];
    const isMore = typeof next === 'string';
    if (!isMore || tasks.size >= most) return { at: String(page['at']), tasks: [...tasks.values()], isMore };
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

async function show({ values, admin }: Invocation, operands: readonly string[]): Promise<Said> {
  allowOnly(values, [], 'tasks show');
  const task = await admin().send('GET', `tasks/${idOf(operands)}`);
  return { text: taskDetails(task), json: task };
}

async function end({ values, admin }: Invocation, operands: readonly string[]): Promise<Said> {
  allowOnly(values, ['reason'], 'tasks end');
  const id = idOf(operands);
  const { reason } = values;
  if (reason === undefined || reason.trim() === '') {
    throw new UsageError('say why with --reason: the agent is told, and the audit trail keeps it');
  }
  const ended = await admin().send('POST', `tasks/${id}/end`, { reason });
  const text = `task ${id} has ended, with all below it: nothing gets a token of it from now on, and verifiers that read the feed of ends refuse those that it had within 30 seconds`;
  return { text, json: ended };
}

function idOf([id, ...rest]: readonly string[]): string {
  if (id === undefined || id === '') {
    throw new UsageError('name the task by its id, as `vestibule tasks` shows it');
  }
  noMore(rest);
  if (id.includes('.')) {
    throw new UsageError(
      'that is the handle of a task, which is a secret; name it by its id, the part before the dot',
    );
  }
  return encodeURIComponent(id);
}

function noMore([stray]: readonly string[]): void {
  if (stray !== undefined) throw new UsageError(`${JSON.stringify(stray)} is one word too many`);
}
