import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

/** What became of a task at some time. */
export interface Happening {
  readonly taskId: string;
  /** Milliseconds. */
  readonly at: number;
  readonly kind: 'opened' | 'renewed' | 'failed' | 'warned' | 'extended' | 'ended';
  /** Of a failure and of an end. */
  readonly reason?: string | undefined;
}

/** The functions that tell of tasks, by the names of their logs. */
const tellers = ['Tasks', 'Refresher', 'Admin'];

/** Of each log: what is older is of tasks that few look at any more. Bytes. */
const newest = 4 * 1024 * 1024;

const kinds = {
  task_opened: 'opened',
  task_renewed: 'renewed',
  task_renewal_failed: 'failed',
  task_ending: 'warned',
  task_extended: 'extended',
  task_ended: 'ended',
} as const satisfies Readonly<Record<string, Happening['kind']>>;

const line = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    timestamp: v.pipe(v.string(), v.isoTimestamp()),
    audit: v.object({
      event: v.picklist([
        'task_opened',
        'task_renewed',
        'task_renewal_failed',
        'task_ending',
        'task_extended',
        'task_ended',
      ]),
      taskId: v.string(),
      reason: v.optional(v.string()),
    }),
  }),
);

/** What the audit trail says of tasks, the oldest first. */
export function happeningsIn(lines: readonly string[]): readonly Happening[] {
  const found = lines.flatMap((text): readonly Happening[] => {
    const read = text.includes('"task_') ? v.safeParse(line, text) : undefined;
    if (read?.success !== true) return [];
    const { timestamp, audit } = read.output;
    const { taskId, event, reason } = audit;
    return [{ taskId, at: Date.parse(timestamp), kind: kinds[event], reason }];
  });
  return found.toSorted((one, other) => one.at - other.at);
}

/** The newest lines of those logs of a run that tell of tasks. */
export function taskLogs(directory: string): readonly string[] {
  return tellers.flatMap((name) => endOfFile(join(directory, `${name}.log`)).split('\n'));
}

function endOfFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    // A function writes its log when it is asked something first.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, newest));
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
  } finally {
    closeSync(file);
  }
}
