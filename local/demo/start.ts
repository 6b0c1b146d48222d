import { startIdp } from './idp.ts';
import { startMcpServer } from './mcp-server.ts';
import { demoEndpoints } from './tools.ts';

export interface DemoOptions {
  /** Of the running deployment. */
  readonly issuer: string;
  /** Of the deployment at the identity provider. */
  readonly idpSecret: string;
  readonly mcpPort: number;
  readonly idpPort: number;
  readonly log: (line: string) => void;
}

export interface Demo {
  readonly mcpUrl: string;
  readonly idpUrl: string;
  readonly stop: () => Promise<void>;
}

/** The company around the deployment: its MCP server and its identity provider, on loopback. */
export async function startDemo({ issuer, idpSecret, mcpPort, idpPort, log }: DemoOptions): Promise<Demo> {
  const mcp = await startMcpServer({ issuer, port: mcpPort, endpoints: demoEndpoints, log });
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
