import type { IncomingMessage, ServerResponse } from 'node:http';
import { crossOriginHeaders, preflightHeaders } from '../../lambdas/resource-server/index.ts';
import type { DemoAgents } from './agents.ts';
import { listen, sendJson } from './http.ts';
import { protectedEndpoint } from './protected-endpoint.ts';
import type { DemoEndpoint } from './tools.ts';

export interface McpServerOptions {
  readonly issuer: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly endpoints: readonly DemoEndpoint[];
  /** Those that act elsewhere; without, the tools of agents answer alone. */
  readonly agents?: DemoAgents;
  readonly log: (line: string) => void;
}

export interface RunningMcpServer {
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

const wellKnown = '/.well-known/oauth-protected-resource';

/** A host of protected MCP endpoints. Their metadata is the registry's, served here on the resources' own host. */
export async function startMcpServer(options: McpServerOptions): Promise<RunningMcpServer> {
  const handlers = new Map<string, ReturnType<typeof protectedEndpoint>>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    setHeaders(response, crossOriginHeaders);
    const handler = handlers.get(pathname);
    if (request.method === 'OPTIONS') {
      setHeaders(response, preflightHeaders);
      response.writeHead(204).end();
    } else if (pathname.startsWith(wellKnown)) {
      await serveMetadata(options.issuer, origin, pathname.slice(wellKnown.length), response);
    } else if (handler === undefined) {
      sendJson(response, 404, { error: 'not_found' });
    } else {
      await handler(request, response);
    }
  };

  const server = await listen(options.port, handle, options.log);
  const origin = `http://localhost:${server.port}`;
  for (const endpoint of options.endpoints) {
    const agent = endpoint.agent === undefined ? undefined : options.agents?.[endpoint.agent];
    handlers.set(endpoint.path, protectedEndpoint({ endpoint, origin, issuer: options.issuer, agent }));
  }
  return { origin, stop: server.stop };
}

/** RFC 9728 metadata comes from the registry at each request, so that a server taken out of it is gone here too. */
async function serveMetadata(
  issuer: string,
  origin: string,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const { host } = new URL(origin);
  const answer = await fetch(`${issuer}${wellKnown}/${host}${path}`).catch(() => undefined);
  if (answer === undefined) {
    sendJson(response, 502, { error: 'temporarily_unavailable' });
    return;
  }
  for (const name of ['content-type', 'cache-control']) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.writeHead(answer.status).end(await answer.text());
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
