import { startIdp } from './idp.ts';
import { demoAgents } from './agents.ts';
import { startMcpServer } from './mcp-server.ts';
import { demoEndpoints } from './tools.ts';

export interface DemoOptions {
  /** Of the running deployment. */
  readonly issuer: string;
  /** Of the deployment at the identity provider. */
  readonly idpSecret: string;
  /** The secret of a client that the deployment knows, for the agents of the company. */
  readonly secretOf: (clientId: string) => Promise<string>;
  readonly mcpPort: number;
  readonly idpPort: number;
  readonly log: (line: string) => void;
}

export interface Demo {
  readonly mcpUrl: string;
  readonly idpUrl: string;
  readonly stop: () => Promise<void>;
}

/** The company around the deployment: its MCP server, its agents and its identity provider, on loopback. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { issuer, idpSecret, secretOf, mcpPort, idpPort, log } = options;
  const agents = demoAgents(issuer, secretOf);
  const mcp = await startMcpServer({ issuer, port: mcpPort, endpoints: demoEndpoints, agents, log });
  try {
    const idp = await startIdp({ issuer, clientSecret: idpSecret, port: idpPort, log });
    return {
      mcpUrl: `${mcp.origin}/mcp`,
      idpUrl: `http://localhost:${idp.port}`,
      stop: async () => {
        await Promise.all([mcp.stop(), idp.stop()]);
      },
    };
  } catch (error) {
    await mcp.stop();
    throw error;
  }
}
