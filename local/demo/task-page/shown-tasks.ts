import * as v from 'valibot';
import type { Happening } from './trail.ts';

/** A task as the page shows it. Times are milliseconds. */
export interface ShownTask extends v.InferOutput<typeof taskSchema> {
  /** The oldest first. */
  readonly happenings: readonly Happening[];
}

export interface Shown {
  /** By the clock of the deployment. */
  readonly now: number;
  /** Those that go on, the oldest first, and then those that ended last. */
  readonly tasks: readonly ShownTask[];
  /** Whether others go on, which are not shown. */
  readonly isMore: boolean;
}

/** `GET` of a path of the admin API, in the name of the operator. */
export type AskAdmin = (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;

const [mostRunning, mostEnded] = [100, 20];

const moment = v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse));

const taskSchema = v.pipe(
  v.object({
    ...{ id: v.string(), agent_id: v.string(), purpose: v.string() },
    person: v.optional(
      v.object({ id: v.string(), name: v.optional(v.string()), email: v.optional(v.string()) }),
    ),
    ...{
      opened_at: moment,
      ceiling: moment,
      next_refresh_at: v.optional(moment),
      ends_at: v.optional(moment),
    },
    health: v.picklist(['over', 'failing', 'late', 'ending', 'well']),
    late_seconds: v.optional(v.number()),
    failure: v.optional(v.object({ reason: v.string() })),
    ended: v.optional(v.object({ reason: v.string(), at: moment, detail: v.optional(v.string()) })),
  }),
  v.transform(({ agent_id, opened_at, next_refresh_at, ends_at, late_seconds, person, ...rest }) => ({
    ...rest,
    ...{ agent: agent_id, openedAt: opened_at, nextRefreshAt: next_refresh_at, endsAt: ends_at },
    ...{ lateSeconds: late_seconds, person: person && (person.name ?? person.email ?? person.id) },
  })),
);

const listSchema = v.object({ at: moment, tasks: v.array(taskSchema), cursor: v.optional(v.string()) });
const refusalSchema = v.object({ error_description: v.string() });

/** Nobody can tell how tasks are, for a reason that the deployment gives. */
export class NotShown extends Error {
  override readonly name = 'NotShown';
}

/** Asks the deployment which tasks go on, and how those ended that the trail tells of. Rejects with `NotShown`. */
export async function shownTasks(ask: AskAdmin, happenings: readonly Happening[]): Promise<Shown> {
  const list = await ask(`tasks?limit=${mostRunning}`);
  if (list.status !== 200) throw notShown(list);
  const { at: now, tasks: running, cursor } = v.parse(listSchema, list.body);
  const ids = new Set(running.map(({ id }) => id));
  const gone = happenings.filter(({ kind, taskId }) => kind === 'ended' && !ids.has(taskId));
  const newest = [...new Set(gone.toReversed().map(({ taskId }) => taskId))].slice(0, mostEnded);
  const ended = (await Promise.all(newest.map((id) => one(ask, id)))).flat();
  const byTask = Map.groupBy(happenings, ({ taskId }) => taskId);
  const oldestFirst = running.toSorted((first, second) => first.openedAt - second.openedAt);
  return {
    ...{ now, isMore: cursor !== undefined },
    tasks: [...oldestFirst, ...ended].map((task) => ({ ...task, happenings: byTask.get(task.id) ?? [] })),
  };
}

/** One that is kept no more is left out. */
async function one(ask: AskAdmin, id: string): Promise<readonly v.InferOutput<typeof taskSchema>[]> {
  const answer = await ask(`tasks/${id}`);
  if (answer.status === 404) return [];
  if (answer.status !== 200) throw notShown(answer);
  return [v.parse(taskSchema, answer.body)];
}

function notShown({ status, body }: { readonly status: number; readonly body: unknown }): NotShown {
  const refusal = v.safeParse(refusalSchema, body);
  return new NotShown(
    refusal.success ? refusal.output.error_description : `the deployment answered ${status}`,
  );
}
