import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** An HTTP server that only this machine reaches. */
export interface LoopbackServer {
  readonly port: number;
  /** Ends open connections too. */
  readonly stop: () => Promise<void>;
}

/** A client that was frozen finds its connections still open. */
const keepAliveTimeout = 600_000;
const triesOfAny = 10;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, so that `localhost` means this server whichever a
 * client prefers. Port 0 takes a free port. Rejects with code EADDRINUSE when the port is taken on either. `tls`: it speaks
 * HTTPS.
 */
export async function listenOnLoopback(
  port: number,
  handle: RequestListener,
  tls?: TlsOptions,
): Promise<LoopbackServer> {
  const create = (): Server =>
    tls === undefined
      ? createServer({ keepAliveTimeout }, handle)
      : createTlsServer({ ...tls, keepAliveTimeout }, handle);
  for (let tried = 1; ; tried += 1) {
    try {
      return await listenOnBoth(port, create);
    } catch (error) {
      // What is free on the one may be taken on the other: where any port will do, another one does.
      if (port !== 0 || tried === triesOfAny) throw error;
    }
  }
}

async function listenOnBoth(port: number, create: () => Server): Promise<LoopbackServer> {
  const first = create();
  await listen(first, port, '127.0.0.1');
  const bound = (first.address() as AddressInfo).port;
  const second = create();
  try {
    await listen(second, bound, '::1');
  } catch (error) {
    const hasNoIpv6 = error instanceof Error && 'code' in error && error.code !== 'EADDRINUSE';
    if (!hasNoIpv6) {
      await close(first);
      throw error;
    }
  }
  return {
    port: bound,
    stop: async () => {
      await Promise.all([close(first), close(second)]);
    },
  };
}

/** Rejects with code EADDRINUSE for the first of the ports that is taken, before anything costly is begun. */
export async function refuseTakenPorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const { stop } = await listenOnLoopback(port, (_, response) => response.end());
    await stop();
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
