import type * as oauth from 'oauth4webapi';
import { isPrivateUrl } from '../token-client/addresses.ts';
import type { IssuedToken } from '../token-client/token-answer.ts';
import { tokenIn } from '../token-client/token-answer.ts';
import type { ClientCredential } from './clients.ts';
import { AgentError, DiscoveryFailed, TaskEnded } from './errors.ts';
import type { Ask } from './questions.ts';
import { readTaskEnd, readTaskStatus, type TaskStatus } from './task-status.ts';
import { issuedBy } from './token-endpoint.ts';

/** A task that was opened. */
export interface OpenedTask {
  readonly status: TaskStatus;
  readonly handle: string;
  readonly token: IssuedToken & { readonly resource: string };
}

/** What is asked of a task, besides its tokens. Each answers how it is then. */
export type TaskQuestion = 'status' | 'heartbeat' | 'complete' | 'extend' | 'revoke';

export interface HeldTask {
  readonly id: string;
  readonly handle: string;
}

/** The tasks of one client at its issuer. Rejects with an `AgentError`, a `TaskEnded` where a task is over. */
export interface TaskServer {
  readonly issuer: string;
  readonly open: (parameters: URLSearchParams) => Promise<OpenedTask>;
  readonly pull: (task: HeldTask, resource: string | undefined) => Promise<IssuedToken>;
  readonly ask: (
    task: HeldTask,
    question: TaskQuestion,
    parameters?: Readonly<Record<string, string>>,
  ) => Promise<TaskStatus>;
}

export function taskServer(
  issuer: string,
  credential: ClientCredential,
  ask: Ask,
  wanted: 'Bearer' | 'DPoP',
): TaskServer {
  const question = <Answer>(
    path: string,
    parameters: URLSearchParams,
    answer: (body: Members, asked: number) => Answer,
  ): Promise<Answer> =>
    ask(issuer, {
      ...{ credential, parameters, at: (server) => taskUrl(server, path) },
      read: async (response, asked) => {
        const body: unknown = await response.json().catch(() => undefined);
        return answer(membersOf(body), asked);
      },
      refused: (body) => {
        const end = readTaskEnd(membersOf(body)['task_end']);
        return end && new TaskEnded(issuer, end);
      },
    });
  const statusIn = (body: Members): TaskStatus => {
    const status = readTaskStatus(body);
    if (status === undefined) throw new AgentError(`${issuer} answered with something that is no task`);
    return status;
  };
  const tokenOf = (body: unknown, asked: number): IssuedToken =>
    issuedBy(issuer, tokenIn(body, { wanted, asked }), wanted);

  return {
    issuer,
    open: (parameters) =>
      question('', parameters, (body, asked) => {
        const { handle, token } = body;
        const { resource } = membersOf(token);
        if (typeof handle !== 'string' || typeof resource !== 'string') {
          throw new AgentError(`${issuer} answered with something that is no handle of a task`);
        }
        return { status: statusIn(body), handle, token: { ...tokenOf(token, asked), resource } };
      }),
    pull: ({ id, handle }, resource) =>
      question(
        ...[`/${id}/token`, new URLSearchParams({ handle, ...(resource !== undefined && { resource }) })],
        tokenOf,
      ),
    ask: ({ id, handle }, asked, parameters = {}) =>
      question(
        ...[
          asked === 'status' ? `/${id}` : `/${id}/${asked}`,
          new URLSearchParams({ handle, ...parameters }),
        ],
        statusIn,
      ),
  };
}

/** What is at a path below where the issuer says that its tasks are. Throws where it says so of no place that may see a handle. */
function taskUrl(
  { issuer, vestibule_tasks_endpoint: named }: oauth.AuthorizationServer,
  path: string,
): string {
  if (typeof named !== 'string' || !isPrivateUrl(named)) {
    throw new DiscoveryFailed(`the metadata of ${issuer} names no endpoint of tasks at an https URL`);
  }
  const url = new URL(named);
  if (path !== '') url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  return url.href;
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(body: unknown): Members {
  return typeof body === 'object' && body !== null ? (body as Members) : {};
}
