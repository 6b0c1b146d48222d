import { startIdp } from './idp.ts';
import { demoAgents } from './agents.ts';
import { startMcpServer } from './mcp-server.ts';
import { startTracker } from './tracker/start.ts';
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
  /** The issue tracker, where the deployment has an app there. */
  readonly tracker?: { readonly secret: string; readonly port: number };
  readonly log: (line: string) => void;
}

export interface Demo {
  readonly mcpUrl: string;
  readonly idpUrl: string;
  readonly trackerUrl?: string;
  readonly stop: () => Promise<void>;
}

/** The company around the deployment: its MCP server, its agents, its identity provider, and a third party; on loopback. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { issuer, idpSecret, secretOf, mcpPort, idpPort, tracker, log } = options;
  const running: { readonly stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((each) => each.stop()));
  };
  const started = async <Server extends { readonly stop: () => Promise<void> }>(
    server: Promise<Server>,
  ): Promise<Server> => {
    const one = await server;
    running.push(one);
    return one;
  };
  try {
    const agents = demoAgents(issuer, secretOf);
    const mcp = await started(
      startMcpServer({ issuer, port: mcpPort, endpoints: demoEndpoints, agents, log }),
    );
    const idp = await started(startIdp({ issuer, clientSecret: idpSecret, port: idpPort, log }));
    const third =
      tracker &&
      (await started(startTracker({ issuer, clientSecret: tracker.secret, port: tracker.port, log })));
    return {
      mcpUrl: `${mcp.origin}/mcp`,
      idpUrl: `http://localhost:${idp.port}`,
      ...(third && { trackerUrl: `http://localhost:${third.port}` }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
