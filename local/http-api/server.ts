import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TlsOptions, TLSSocket } from 'node:tls';
import { listenOnLoopback } from '../loopback.ts';
import type { ReceivedRequest } from './event.ts';
import type { Gateway } from './gateway.ts';
import { gatewayMessage, type GatewayResponse } from './response.ts';

/** The socket of an HTTP API. It is bound before the API exists, because the API's endpoint names its port. */
export interface GatewayServer {
  readonly port: number;
  /** Until then every request is answered 503. */
  readonly serve: (gateway: Gateway) => void;
  readonly stop: () => Promise<void>;
}

/** Largest request body of an HTTP API. */
const bodyLimit = 10 * 1024 * 1024;

/**
 * Listens on a port of this machine; port 0 takes a free one. Rejects with the code EADDRINUSE when it is taken. `log`
 * gets one line a request, without its query string. `tls`: it speaks HTTPS, and tells the gateway the certificate of each
 * client that showed one.
 */
export async function startGatewayServer(
  port: number,
  log: (line: string) => void,
  tls?: TlsOptions,
): Promise<GatewayServer> {
  let gateway: Gateway = () => Promise.resolve({ response: gatewayMessage(503, 'Service Unavailable') });
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const started = performance.now();
    void answer(incoming, (request) => gateway(request)).then(({ response, functionName = '-' }) => {
      send(outgoing, response, incoming.method === 'HEAD');
      const milliseconds = (performance.now() - started).toFixed(0);
      const [path = ''] = (incoming.url ?? '').split('?');
      log(`${incoming.method} ${path} ${response.status} ${milliseconds} ms ${functionName}`);
    });
  };
  const server = await listenOnLoopback(port, handle, tls);
  return {
    port: server.port,
    serve: (ready) => {
      gateway = ready;
    },
    stop: server.stop,
  };
}

async function answer(incoming: IncomingMessage, gateway: Gateway): ReturnType<Gateway> {
  try {
    const body = await readBody(incoming);
    if (body === undefined) return { response: gatewayMessage(413, 'Request Entity Too Large') };
    return await gateway(receivedRequest(incoming, body));
  } catch {
    return { response: gatewayMessage(500, 'Internal Server Error') };
  }
}

function receivedRequest(incoming: IncomingMessage, body: Buffer): ReceivedRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const { socket } = incoming;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: joinedHeaders(incoming.headersDistinct),
    body,
    sourceAddress: incoming.socket.remoteAddress ?? '127.0.0.1',
    ...(certificate && { clientCertificate: certificate.toString() }),
  };
}

/** Lines of one name become one, for every header: a repeated Authorization is not dropped. */
function joinedHeaders(lines: NodeJS.Dict<string[]>): ReceivedRequest['headers'] {
  return Object.fromEntries(
    Object.entries(lines).map(([name, values = []]) => [name, values.join(name === 'cookie' ? '; ' : ',')]),
  );
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bodyLimit) chunks.push(chunk);
  }
  return length > bodyLimit ? undefined : Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, { status, headers, body }: GatewayResponse, isHead: boolean): void {
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  if (status !== 204 && status !== 304) outgoing.setHeader('content-length', body.length);
  outgoing.writeHead(status);
  outgoing.end(isHead ? undefined : body);
}
