import { UsageError } from './failure.ts';
import type { OptionName, Values } from './options.ts';

/** The options that say what an agent may do by tasks. */
export const taskOptions = [
  'task-hours',
  'task-extension',
  'task-secret',
] as const satisfies readonly OptionName[];

/** The member `tasks` of an agent's declaration; `undefined` where no option speaks of it. */
export function taskPolicy(values: Values): Readonly<Record<string, unknown>> | undefined {
  if (taskOptions.every((name) => values[name] === undefined)) return undefined;
  const hours = Number(values['task-hours']);
  if (!Number.isInteger(hours)) {
    throw new UsageError('--task-hours must be a whole number of hours, such as --task-hours 72');
  }
  const members = {
    maximum_hours: hours,
    extension: values['task-extension'],
    secrets: values['task-secret'],
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
