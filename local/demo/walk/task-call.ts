import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Task } from '../../../lambdas/agent/index.ts';

/** Calls a tool under a task, by an MCP client that knows nothing of tokens. Rejects with what the SDK throws. */
export async function callTool(
  { fetch }: Pick<Task, 'fetch'>,
  url: string,
  tool: string,
  input: Record<string, unknown> = {},
): Promise<string> {
  const client = new Client({ name: 'planner', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }));
  try {
    const { content } = await client.callTool({ name: tool, arguments: input });
    return (content as readonly { readonly text?: string }[])[0]?.text ?? '';
  } finally {
    await client.close();
  }
}
