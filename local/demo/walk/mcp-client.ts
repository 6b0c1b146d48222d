import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { WireFetch } from './wire.ts';

/** An agent's MCP client. It is told the URL of a server and finds everything else out. */
export interface McpSession {
  /** The text a tool answers; rejects with what the SDK throws. */
  readonly call: (tool: string, input?: Record<string, unknown>) => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function connect(
  url: string,
  authProvider: OAuthClientProvider,
  fetch: WireFetch,
): Promise<McpSession> {
  const client = new Client({ name: 'planner', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider, fetch }));
  return {
    call: async (name, input = {}) => {
      const { content } = await client.callTool({ name, arguments: input });
      const [first] = content as readonly { readonly type: string; readonly text?: string }[];
      return first?.text ?? '';
    },
    close: () => client.close(),
  };
}
