import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { createVerifier, expressMiddleware, type AuthInfo } from '../../lambdas/resource-server/index.ts';
import type { Agent } from '../../lambdas/agent/index.ts';
import { callOnBehalf } from './agents.ts';
import { readJsonBody, sendJson } from './http.ts';
import type { Caller, DemoEndpoint } from './tools.ts';

type Request = IncomingMessage & { auth?: AuthInfo; body?: unknown };

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ServedEndpoint {
  readonly endpoint: DemoEndpoint;
  readonly origin: string;
  readonly issuer: string;
  /** Who answers there, where that is an agent which acts elsewhere. */
  readonly agent: Agent | undefined;
}

/** An MCP server behind the verifier. Each request stands alone: no session outlives it. */
export function protectedEndpoint(served: ServedEndpoint): Handler {
  const { endpoint, origin, issuer } = served;
  const verifier = createVerifier({
    issuer,
    resource: `${origin}${endpoint.path}`,
    scopes: [endpoint.scope],
  });
  const authenticate = expressMiddleware<Request>(verifier, {
    scopes: (request) => neededScopes(endpoint, request.body),
  });

  return async (request: Request, response) => {
    const body =
      request.method === 'POST' ? await readJsonBody(request) : { kind: 'json' as const, value: undefined };
    if (body.kind === 'json') request.body = body.value;
    await authenticate(request, response, (error) => {
      if (error !== undefined) throw error as Error;
    });
    if (request.auth === undefined) return;
    if (body.kind !== 'json') {
      sendJson(response, body.kind === 'too_large' ? 413 : 400, { error: 'invalid_request' });
    } else if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      sendJson(response, 405, { error: 'method_not_allowed' });
    } else {
      await serve(served, request, response);
    }
  };
}

/** Everything one request needs, whatever calls it bundles, so that one challenge asks for all of it. */
function neededScopes(endpoint: DemoEndpoint, body: unknown): readonly string[] {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  const called = messages.flatMap((message) => {
    const call = CallToolRequestSchema.safeParse(message);
    return call.success ? call.data.params.name : [];
  });
  const scopes = endpoint.tools.filter((tool) => called.includes(tool.name)).map((tool) => tool.scope);
  return [...new Set([endpoint.scope, ...scopes])];
}

async function serve(served: ServedEndpoint, request: Request, response: ServerResponse): Promise<void> {
  const { endpoint } = served;
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  const mcp = new McpServer({ name: endpoint.name, version: '1.0.0' }, { capabilities: { tools: {} } });
  mcp.server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: endpoint.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  }));
  mcp.server.setRequestHandler(CallToolRequestSchema, async ({ params }, { authInfo }) => {
    const tool = endpoint.tools.find(({ name }) => name === params.name);
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `no such tool: ${params.name}`);
    const text = await tool.run(params.arguments ?? {}, callerOf(served, authInfo));
    return { content: [{ type: 'text', text }] };
  });
  response.once('close', () => void mcp.close());
  await mcp.connect(transport);
  await transport.handleRequest(request, response, request.body);
}

function callerOf(
  { agent, origin }: ServedEndpoint,
  auth: { token: string; clientId: string; extra?: Record<string, unknown> } | undefined,
): Caller {
  const { agent_id, grant_id, sub, act } = auth?.extra ?? {};
  const inName = agent === undefined || auth === undefined || grant_id === undefined ? undefined : auth.token;
  return {
    clientId: auth?.clientId ?? 'nobody',
    agentId: textOf(agent_id),
    // A token with a grant is in a person's name, who is its subject.
    personId: grant_id === undefined ? undefined : textOf(sub),
    via: actorsOf(act),
    ...(agent !== undefined &&
      inName !== undefined && {
        elsewhere: (path: string, tool: string, input: Record<string, unknown> = {}) =>
          callOnBehalf(agent, inName, { url: `${origin}${path}`, tool, input }),
      }),
  };
}

/** RFC 8693 §4.1: the outermost acts now, each further in before. The first to act comes first here. */
function actorsOf(act: unknown): readonly string[] {
  if (typeof act !== 'object' || act === null) return [];
  const { sub, act: before } = act as { readonly sub?: unknown; readonly act?: unknown };
  return [...actorsOf(before), textOf(sub) ?? 'nobody'];
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' ? claim : undefined;
}
