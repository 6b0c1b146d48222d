import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, type RunningServer } from '../http.ts';
import { messagePage, type Page, tasksPage } from './page.ts';
import { type AskAdmin, NotShown, shownTasks } from './shown-tasks.ts';
import { happeningsIn } from './trail.ts';

export interface TaskPageOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** In the name of the operator: whoever reads the page sees what they do. */
  readonly ask: AskAdmin;
  /** The lines of the audit trail that tell of tasks. */
  readonly trail: () => readonly string[];
  readonly log: (line: string) => void;
}

/** `GET /tasks`: the tasks of a local run on a line of time. */
export function startTaskPage({ port, ask, trail, log }: TaskPageOptions): Promise<RunningServer> {
  const answer = async ({ method = '', url = '/', headers }: IncomingMessage): Promise<Page> => {
    // A name of somebody else that leads here makes a page of theirs one of ours.
    if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(headers.host ?? '')) {
      return messagePage(421, 'This page is known by the name of localhost alone');
    }
    if (new URL(url, 'http://localhost').pathname !== '/tasks')
      return messagePage(404, 'There is no such page');
    if (method !== 'GET' && method !== 'HEAD') return messagePage(405, 'This page is read by GET');
    try {
      return tasksPage(await shownTasks(ask, happeningsIn(trail())));
    } catch (error) {
      if (error instanceof NotShown) return messagePage(503, error.message);
      throw error;
    }
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, body } = await answer(request);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  };
  return listen(port, handle, log);
}
