import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { listen, readBody, readJsonBody, sendJson, type RunningServer } from '../http.ts';
import { createIssues, type Issues } from './issues.ts';
import { trackerSettings } from './settings.ts';

/** What there is to answer a request with. */
interface Tracker {
  readonly provider: Provider;
  readonly issues: Issues;
  /** What people approved and nobody revoked, by the tracker's own ids. */
  readonly approved: ReadonlySet<string>;
}

/**
 * A third party of the demo company: an issue tracker on the web, with accounts of its own and an OAuth 2 server, which nobody
 * at the company runs. `GET /apps` tells how many apps have access to accounts there.
 */
export async function startTracker(options: {
  /** Of the deployment. */
  readonly issuer: string;
  readonly clientSecret: string;
  readonly port: number;
  readonly log: (line: string) => void;
}): Promise<RunningServer> {
  const provider = new Provider(`http://localhost:${options.port}`, await trackerSettings(options));
  const tracker = { provider, issues: createIssues(), approved: approvedAt(provider) };
  const serve = provider.callback();
  return listen(
    options.port,
    async (request, response) => {
      const path = request.url ?? '/';
      if (path.startsWith('/approve/')) await approve(tracker, request, response);
      else if (path === '/apps') sendJson(response, 200, { apps_with_access: tracker.approved.size });
      else if (path.startsWith('/api/')) await answerApi(tracker, request, response);
      else await serve(request, response);
    },
    options.log,
  );
}

function approvedAt(provider: Provider): ReadonlySet<string> {
  const approved = new Set<string>();
  provider.on('refresh_token.saved', ({ grantId }) => {
    approved.add(grantId);
  });
  provider.on('grant.revoked', (_context, grantId) => {
    approved.delete(grantId);
  });
  return approved;
}

async function approve(
  { provider }: Tracker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const accountId = new URLSearchParams(await readBody(request)).get('account') ?? '';
    const result = accountId === '' ? { error: 'access_denied' } : { login: { accountId } };
    await provider.interactionFinished(request, response, result);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(approvalPage(String(params['scope'])));
}

function approvalPage(scope: string): string {
  const asked = scope.replaceAll(/[^\w: ]/g, '');
  return `<!doctype html><html lang="en"><title>Demo tracker</title><h1>Demo tracker</h1>
<p>Vestibule asks for ${asked}.</p>
<form method="post"><button name="account" value="alice-dev">Approve as alice-dev</button> <button name="account" value="">Cancel</button></form></html>`;
}

/** A token, as the tracker knows it. */
interface Bearer {
  readonly accountId: string;
  readonly scopes: ReadonlySet<string>;
}

async function bearerOf({ provider }: Tracker, request: IncomingMessage): Promise<Bearer | undefined> {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer') return undefined;
  return provider.AccessToken.find(token);
}

const issue = /^\/api\/projects\/demo\/issues(?:\/(\d+))?$/;

async function answerApi(
  tracker: Tracker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bearer = await bearerOf(tracker, request);
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, number] = issue.exec(pathname) ?? [];
  if (bearer === undefined) sendJson(response, 401, { message: 'the token is unknown, expired or revoked' });
  else if (!issue.test(pathname)) sendJson(response, 404, { message: 'there is nothing here' });
  else if (request.method === 'GET') list(tracker, bearer, response);
  else if (request.method === 'POST') await add(tracker, bearer, request, response);
  else if (request.method === 'DELETE') remove(tracker, bearer, Number(number), response);
  else sendJson(response, 405, { message: 'the method is not allowed' });
}

function list({ issues }: Tracker, { scopes }: Bearer, response: ServerResponse): void {
  if (scopes.has('issues:read')) sendJson(response, 200, { issues: issues.list() });
  else sendJson(response, 403, { message: 'the token lacks issues:read' });
}

async function add(
  { issues }: Tracker,
  { scopes, accountId }: Bearer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonBody(request);
  const title = body.kind === 'json' ? (body.value as { readonly title?: unknown } | null)?.title : undefined;
  if (!scopes.has('issues:write')) sendJson(response, 403, { message: 'the token lacks issues:write' });
  else if (typeof title !== 'string') sendJson(response, 422, { message: 'title is missing' });
  else sendJson(response, 201, issues.add(title, accountId));
}

/** The tracker itself would let whoever may write remove too. */
function remove({ issues }: Tracker, { scopes }: Bearer, number: number, response: ServerResponse): void {
  if (!scopes.has('issues:write')) sendJson(response, 403, { message: 'the token lacks issues:write' });
  else if (!issues.remove(number)) sendJson(response, 404, { message: 'there is no such issue' });
  else response.writeHead(204).end();
}
