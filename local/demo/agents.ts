import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { clientSecretBasic, clientSecretPost, createAgent, type Agent } from '../../lambdas/agent/index.ts';

/** The agents that answer at endpoints of the demo server, by their id, each with the wrapper that agents load. */
export type DemoAgents = Readonly<Record<string, Agent>>;

/** Their clients are those of the example configuration. A secret is read when it is needed, for it may be rotated. */
export function demoAgents(issuer: string, secretOf: (clientId: string) => Promise<string>): DemoAgents {
  const secret = (clientId: string) => () => secretOf(clientId);
  return {
    planner: createAgent({ issuer, client: clientSecretBasic('planner-client', secret('planner-client')) }),
    analyst: createAgent({ issuer, client: clientSecretPost('analyst-client', secret('analyst-client')) }),
  };
}

/** Has the agent call a tool in the name of whoever sent it that token. Rejects with what the SDK throws. */
export async function callOnBehalf(
  agent: Agent,
  token: string,
  call: { readonly url: string; readonly tool: string; readonly input: Record<string, unknown> },
): Promise<string> {
  const { fetch } = agent.onBehalfOf(token);
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(call.url), { fetch }));
  try {
    const { content } = await client.callTool({ name: call.tool, arguments: call.input });
    return (content as readonly { readonly text?: string }[])[0]?.text ?? '';
  } finally {
    await client.close();
  }
}
