import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Outcome } from './calls.ts';
import { writeError } from './protocol.ts';
import type { Reply } from './service.ts';
import type { SignedRequest } from './sigv4.ts';

export interface Front {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/** No request of these services is larger: a DynamoDB transaction is 4 MB, a batch 16 MB. */
const bodyLimit = 17 * 1024 * 1024;

/**
 * The HTTP server before every embedded service, on loopback. Its answers are dated on the clock of the run, by which
 * SDK clients correct their own.
 */
export async function startFront(
  call: (request: SignedRequest) => Promise<Outcome>,
  now: () => number,
): Promise<Front> {
  const server = createServer((incoming, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    serve(incoming, response, call).catch(() => {
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  call: (request: SignedRequest) => Promise<Outcome>,
): Promise<void> {
  const body = await readBody(incoming);
  const [path = '/', ...query] = (incoming.url ?? '/').split('?');
  const outcome = await call({
    method: incoming.method ?? '',
    path,
    query: query.join('?'),
    headers: incoming.headers,
    body,
  });
  if (outcome.kind === 'lost') {
    incoming.socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const reply: Reply =
    outcome.kind === 'reply' ? outcome.reply : writeError(outcome.prefix, outcome.error, requestId);
  const { status, body: content, headers = {} } = reply;
  const code = outcome.kind === 'error' ? { 'x-amzn-errortype': outcome.error.code } : {};
  response.writeHead(status, {
    'content-type': contentTypeOf(outcome.prefix, incoming),
    'content-length': Buffer.byteLength(content),
    'x-amzn-requestid': requestId,
    ...code,
    ...headers,
  });
  response.end(content);
}

function contentTypeOf(prefix: string, incoming: IncomingMessage): string {
  return prefix === 'sts' ? 'text/xml' : (incoming.headers['content-type'] ?? 'application/x-amz-json-1.1');
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new Error('The request is larger than any AWS takes.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
