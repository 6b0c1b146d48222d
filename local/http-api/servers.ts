import type { Gateway } from './gateway.ts';
import { startGatewayServer, type GatewayServer } from './server.ts';

/** The sockets of a template's HTTP APIs. */
export interface GatewayServers {
  /** Origin of the first API, and of a template without one. */
  readonly first: string;
  /** Origin of the API with that logical id. */
  readonly endpointOf: (logicalId: string) => string;
  readonly serve: (endpoint: string, gateway: Gateway) => void;
  readonly stop: () => Promise<void>;
}

/** How far behind the first API's port those of the others begin: the demo has the two next to it. */
const distance = 10;

/**
 * Binds a port for each API, before any of them exists. Rejects, with nothing left listening, when one is taken (code
 * EADDRINUSE).
 */
export async function startGatewayServers(
  logicalIds: readonly string[],
  port: number,
  log: (line: string) => void,
): Promise<GatewayServers> {
  const servers: GatewayServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    servers.push(await startGatewayServer(port, log));
    for (const index of logicalIds.slice(1).keys()) {
      servers.push(await startGatewayServer(port === 0 ? 0 : port + distance + index, log));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const endpoints = servers.map((server) => `http://localhost:${server.port}`);
  const [first = ''] = endpoints;
  return {
    first,
    endpointOf: (logicalId) => endpoints[logicalIds.indexOf(logicalId)] ?? first,
    serve: (endpoint, gateway) => {
      servers[endpoints.indexOf(endpoint)]?.serve(gateway);
    },
    stop,
  };
}
