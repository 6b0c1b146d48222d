import type { ShownTask } from './shown-tasks.ts';
import type { Happening } from './trail.ts';

export function whose({ agent, person }: Pick<ShownTask, 'agent' | 'person'>): string {
  return person === undefined ? agent : `${agent} for ${person}`;
}

/** How a task is; `time` says when something is. */
export function healthInWords(task: ShownTask, time: (at: number) => string): string {
  const { health, failure, endsAt, lateSeconds = 0, ended } = task;
  if (ended !== undefined) {
    return `over at ${time(ended.at)}: ${ended.reason}${ended.detail === undefined ? '' : ` (${ended.detail})`}`;
  }
  switch (health) {
    case 'failing':
      return `failing: ${failure?.reason ?? 'for no known reason'}${endsAt === undefined ? '' : `; ends ${time(endsAt)} unless renewed`}`;
    case 'late':
      return `late by ${Math.ceil(lateSeconds / 60)} min: nobody has looked at it`;
    case 'ending':
      return 'its ceiling is near';
    case 'over':
    case 'well':
      return health;
  }
}

/** `renewed 4 times, the last at 10:26`: what became of it, in a few words. */
export function happenedInWords(
  happenings: readonly Happening[],
  time: (at: number) => string,
): readonly string[] {
  return [
    ...counted(happenings, 'renewed', 'renewed', time),
    ...counted(happenings, 'failed', 'not renewed', time),
    ...counted(happenings, 'extended', 'extended', time),
    ...counted(happenings, 'warned', 'warned of its ceiling', time),
  ];
}

function counted(
  happenings: readonly Happening[],
  kind: Happening['kind'],
  words: string,
  time: (at: number) => string,
): readonly string[] {
  const found = happenings.filter((happening) => happening.kind === kind);
  const last = found.at(-1);
  if (last === undefined) return [];
  const reason = last.reason === undefined ? '' : `: ${last.reason}`;
  const count =
    found.length === 1 ? `at ${time(last.at)}` : `${found.length} times, the last at ${time(last.at)}`;
  return [`${words} ${count}${reason}`];
}
