import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AgentError,
  createAgent,
  clientSecretBasic,
  type Agent,
  type AgentOptions,
} from '../../../lambdas/agent/index.ts';

/** A request as one of the servers got it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The body of a token request. */
  readonly form: URLSearchParams;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Answer = (seen: Seen) => Reply | Promise<Reply>;

/** A server over real HTTP that answers as it is told and remembers what it was asked. */
export interface PlayedServer {
  readonly origin: string;
  readonly seen: readonly Seen[];
  readonly to: (path: string) => readonly Seen[];
  readonly close: () => Promise<void>;
}

export async function startServer(
  answer: (seen: Seen, origin: string) => Reply | Promise<Reply>,
): Promise<PlayedServer> {
  const seen: Seen[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Seen['headers'];
    const asked: Seen = {
      ...{ method: request.method ?? '', path: request.url ?? '', headers, body },
      form: new URLSearchParams(body),
    };
    seen.push(asked);
    const { status, headers: said = {}, body: told } = await answer(asked, origin);
    const json = typeof told === 'string' ? told : JSON.stringify(told ?? {});
    response.writeHead(status, { 'content-type': 'application/json', ...said }).end(json);
  };
  const http = createServer((request, response) => void serve(request, response));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    ...{ origin, seen },
    to: (path) => seen.filter((each) => each.path === path),
    close: async () => {
      if (!http.listening) return;
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** An authorization server and a resource behind it, each of which can be told to answer otherwise. */
export interface World {
  readonly issuer: PlayedServer;
  readonly mcp: PlayedServer;
  /** The URL of the resource. */
  readonly resource: string;
  answers: {
    token: Answer;
    resource: Answer;
    metadata: Answer;
    server: Answer;
    tasks: Answer;
    egress: Answer;
  };
  /** How many tokens were issued; each is `token-` and its number. */
  issued: number;
  /** The tokens that the resource takes; undefined: all that were issued. */
  good: Set<string> | undefined;
  readonly agent: (options?: Partial<AgentOptions>) => Agent;
  /** Seconds since 1970. */
  now: number;
  /** How long the agents have waited, in order. */
  readonly waits: number[];
  readonly close: () => Promise<void>;
}

export const secret = 'canary-secret-of-the-client';

export async function startWorld(): Promise<World> {
  const issuer = await startServer((seen) => {
    if (seen.path === '/token') return world.answers.token(seen);
    if (seen.path.startsWith('/tasks')) return world.answers.tasks(seen);
    if (seen.path.startsWith('/egress/')) return world.answers.egress(seen);
    if (seen.path === '/.well-known/oauth-authorization-server') return world.answers.server(seen);
    return { status: 404 };
  });
  const mcp = await startServer((seen) =>
    seen.path.startsWith('/.well-known/') ? world.answers.metadata(seen) : world.answers.resource(seen),
  );
  const resource = `${mcp.origin}/mcp`;
  const world: World = {
    ...{ issuer, mcp, resource, issued: 0, good: undefined, now: 1_800_000_000, waits: [] },
    answers: {
      token: () => issue(world),
      tasks: () => ({ status: 404 }),
      egress: () => ({ status: 404 }),
      resource: (seen) => guarded(world, seen),
      metadata: ({ path }) =>
        path === '/.well-known/oauth-protected-resource/mcp'
          ? { status: 200, body: { resource, authorization_servers: [issuer.origin] } }
          : { status: 404 },
      server: () => ({
        status: 200,
        body: {
          ...{ issuer: issuer.origin, token_endpoint: `${issuer.origin}/token` },
          vestibule_tasks_endpoint: `${issuer.origin}/tasks`,
        },
      }),
    },
    agent: (options = {}) =>
      createAgent({
        issuer: issuer.origin,
        client: clientSecretBasic('planner-client', secret),
        now: () => world.now,
        wait: (seconds) => {
          world.waits.push(seconds);
          world.now += seconds;
          return Promise.resolve();
        },
        ...options,
      }),
    close: async () => {
      await issuer.close();
      await mcp.close();
    },
  };
  return world;
}

export function issue(world: World, changes: Readonly<Record<string, unknown>> = {}): Reply {
  world.issued += 1;
  const body = { access_token: `token-${world.issued}`, token_type: 'Bearer', expires_in: 900, ...changes };
  return { status: 200, body };
}

function guarded(world: World, { headers }: Seen): Reply {
  const [, token] = /^(?:Bearer|DPoP) (.+)$/.exec(headers['authorization'] ?? '') ?? [];
  if (token === undefined) return challenge(world);
  const good = world.good?.has(token) ?? true;
  return good ? { status: 200, body: { token } } : challenge(world, 'error="invalid_token"');
}

export function challenge(world: World, ...more: readonly string[]): Reply {
  const metadata = `resource_metadata="${world.mcp.origin}/.well-known/oauth-protected-resource/mcp"`;
  return { status: 401, headers: { 'www-authenticate': `Bearer ${[...more, metadata].join(', ')}` } };
}

/** What the resource answered: the token that was good there. */
export async function presentedIn(response: Response): Promise<unknown> {
  return ((await response.json()) as { readonly token?: unknown }).token;
}

/** What the agent says where it has no token. */
export async function failure(work: Promise<unknown>): Promise<AgentError> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentError)) throw new Error(`expected an AgentError, got ${String(error)}`);
  return error;
}
