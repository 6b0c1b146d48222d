import { isPrivateUrl } from '../token-client/addresses.ts';
import type { IssuedToken } from '../token-client/token-answer.ts';
import { tokenCache } from '../token-client/token-cache.ts';
import { AgentError, TaskEnded, TokenRefused } from './errors.ts';
import { type Heartbeats, heartbeats } from './heartbeats.ts';
import { type AccessToken, accessToken, type Own, type Presenting } from './present.ts';
import { principal } from './principal.ts';
import type { HeldTask, OpenedTask, TaskQuestion, TaskServer } from './task-server.ts';
import type { TaskStatus } from './task-status.ts';
import type { ChildTaskOptions } from './task-options.ts';
import { type Fetch, unlessAborted } from './wire.ts';

/** A job that takes longer than a token lives. Whatever is asked of it rejects with a `TaskEnded` once it is over. */
export interface Task {
  readonly id: string;
  /**
   * All that it takes to go on with it elsewhere (`resumeTask`), besides what proves the client. Keep it as you keep a secret.
   */
  readonly handle: string;
  /** As that of the agent, with the current token of the task. */
  readonly fetch: Fetch;
  /** The current token, for what is no `fetch`. `resource` may be left out where the task has one. */
  readonly token: (resource?: string, options?: { readonly signal?: AbortSignal }) => Promise<AccessToken>;
  readonly status: () => Promise<TaskStatus>;
  /** Says that it goes on. `fetch` does by itself. */
  readonly heartbeat: () => Promise<TaskStatus>;
  /** Moves its hard end to so many seconds from now, where policy lets it. */
  readonly extend: (ceilingSeconds: number) => Promise<TaskStatus>;
  /** It is done, and so are those below it. */
  readonly complete: () => Promise<void>;
  /** It is not to go on. */
  readonly revoke: () => Promise<void>;
  /** A task for a part of the job: it gets no more, ends no later, and ends with this one. */
  readonly child: (options: ChildTaskOptions) => Promise<Task>;
}

/** What tasks of one agent share. */
export interface TaskWorld extends Presenting {
  readonly server: TaskServer;
}

/** One that was opened elsewhere has no token yet. */
export type KnownTask = Pick<OpenedTask, 'status' | 'handle'> & Partial<Pick<OpenedTask, 'token'>>;

export async function taskUnder(
  { server, ...presenting }: TaskWorld,
  { status, handle, token: first }: KnownTask,
  options: Pick<Task, 'child'> & { readonly automaticHeartbeat: boolean },
): Promise<Task> {
  const { issuer } = server;
  const held: HeldTask = { id: status.id, handle };
  const life: Life = { over: status.end && new TaskEnded(issuer, status.end) };
  const resources = new Set(status.access.map(({ resource }) => resource).filter(isPrivateUrl));

  /** An end stays: nobody is asked again. */
  async function goingOn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (life.over !== undefined) throw life.over;
    try {
      return await work();
    } catch (error) {
      if (error instanceof TaskEnded) finish(error);
      throw error;
    }
  }
  function finish(end: TaskEnded | undefined): void {
    life.over ??= end;
    beats?.stop();
  }
  const ask = (question: TaskQuestion, parameters?: Readonly<Record<string, string>>): Promise<TaskStatus> =>
    goingOn(async () => {
      const answer = await server.ask(held, question, parameters);
      if (answer.end !== undefined) finish(new TaskEnded(issuer, answer.end));
      return answer;
    });
  async function heartbeat(): Promise<TaskStatus> {
    const answer = await ask('heartbeat');
    beats?.beaten();
    return answer;
  }
  async function end(question: 'complete' | 'revoke', reason: string): Promise<void> {
    if (life.over?.reason === reason && life.over.of === undefined) return;
    await ask(question);
  }

  const beats = automatic(status, options, { ask: () => ask('heartbeat'), now: presenting.wire.now });
  const own = await pulled({ server, held, goingOn, first, now: presenting.wire.now });
  const { fetch } = principal({ ...presenting, issuer, resources }, own);
  return {
    ...held,
    fetch: (input, init) =>
      goingOn(() => (beats === undefined ? fetch(input, init) : beats.during(() => fetch(input, init)))),
    token: async (resource = theOnly(status), { signal } = {}) =>
      accessToken(await own.get({ issuer, resource, scope: undefined }, signal)),
    status: () => server.ask(held, 'status'),
    heartbeat,
    extend: (ceilingSeconds) => ask('extend', { ceiling: String(ceilingSeconds) }),
    complete: () => end('complete', 'completed'),
    revoke: () => end('revoke', 'revoked'),
    child: (asked) => goingOn(() => options.child(asked)),
  };
}

interface Life {
  over: TaskEnded | undefined;
}

/** One that nobody heard is no reason to fail what is done meanwhile: that will say whether the task is over. */
function automatic(
  { heartbeatSeconds: seconds }: TaskStatus,
  { automaticHeartbeat }: { readonly automaticHeartbeat: boolean },
  { ask, now }: { readonly ask: () => Promise<unknown>; readonly now: () => number },
): Heartbeats | undefined {
  if (seconds === undefined || !automaticHeartbeat) return undefined;
  const beat = (): Promise<boolean> =>
    ask().then(
      () => true,
      () => false,
    );
  return heartbeats({ seconds, beat, now });
}

/** The tokens of a task, each pulled once for all who wait. They never grow. */
async function pulled({
  server,
  held,
  goingOn,
  first,
  now,
}: {
  readonly server: TaskServer;
  readonly held: HeldTask;
  readonly goingOn: <Answer>(work: () => Promise<Answer>) => Promise<Answer>;
  readonly first: OpenedTask['token'] | undefined;
  readonly now: () => number;
}): Promise<Own> {
  const { issuer } = server;
  const cache = tokenCache<IssuedToken>(now);
  if (first !== undefined) await cache.get([first.resource], () => Promise.resolve(first));
  return {
    wishFor: (resource) => ({ issuer, resource, scope: undefined }),
    get: async ({ resource, scope }, signal) => {
      if (scope !== undefined) {
        throw new TokenRefused(issuer, 'invalid_scope', 'a task never gets more than it was opened with');
      }
      const pull = (): Promise<IssuedToken> => server.pull(held, resource);
      return unlessAborted(
        goingOn(() => cache.get([resource], pull)),
        signal,
      );
    },
    drop: ({ resource }, refused) => cache.drop([resource], refused),
    want: () => undefined,
  };
}

function theOnly({ access }: TaskStatus): string {
  const [only, ...others] = access;
  if (only !== undefined && others.length === 0) return only.resource;
  throw new AgentError('the task is for several resources: name the one that the token is for');
}
