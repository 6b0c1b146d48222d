import type { TlsOptions } from 'node:tls';
import type { Gateway } from './gateway.ts';
import { startGatewayServer, type GatewayServer } from './server.ts';

/** The sockets of a template's HTTP APIs. */
export interface GatewayServers {
  /** Origin of the first API, and of a template without one. */
  readonly first: string;
  /** Origin of the API, or of the domain with mutual TLS, with that logical id. */
  readonly endpointOf: (logicalId: string) => string;
  readonly serve: (endpoint: string, gateway: Gateway) => void;
  readonly stop: () => Promise<void>;
}

export interface GatewaySockets {
  /** The logical ids of the APIs. */
  readonly apis: readonly string[];
  /** Those of the domains with mutual TLS. */
  readonly domains: readonly string[];
  /** Of the first API; 0 takes a free port for each. */
  readonly port: number;
  /** What the domains are served with. */
  readonly tls: TlsOptions;
}

/** How far behind the first API's port those of domains and of the other APIs begin: the demo has the three next to it. */
const distances = { domains: 4, apis: 10 } as const;

/**
 * Binds a port for each API and each domain, before any of them exists. Rejects, with nothing left listening, when one is taken
 * (code EADDRINUSE).
 */
export async function startGatewayServers(
  { apis, domains, port, tls }: GatewaySockets,
  log: (line: string) => void,
): Promise<GatewayServers> {
  const servers: { readonly id: string; readonly origin: string; readonly server: GatewayServer }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map(({ server }) => server.stop()));
  };
  const start = async (id: string, wanted: number, secure?: TlsOptions): Promise<void> => {
    const server = await startGatewayServer(port === 0 ? 0 : wanted, log, secure);
    const origin = `${secure === undefined ? 'http' : 'https'}://localhost:${server.port}`;
    servers.push({ id, origin, server });
  };
  try {
    await start(apis[0] ?? '', port);
    for (const [index, id] of apis.slice(1).entries()) await start(id, port + distances.apis + index);
    for (const [index, id] of domains.entries()) await start(id, port + distances.domains + index, tls);
  } catch (error) {
    await stop();
    throw error;
  }
  const first = servers[0]?.origin ?? '';
  return {
    first,
    endpointOf: (logicalId) => servers.find(({ id }) => id === logicalId)?.origin ?? first,
    serve: (endpoint, gateway) => {
      servers.find(({ origin }) => origin === endpoint)?.server.serve(gateway);
    },
    stop,
  };
}
