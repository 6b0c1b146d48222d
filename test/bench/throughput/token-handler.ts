import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { loadHandler } from '../../../local/lambda/handler-module.ts';
import type { SubjectSettings } from './message.ts';
import { readBody } from './read-body.ts';

interface Result {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Longer than what was read of the registry may be used. */
const staleMilliseconds = 6_000;

/** The deployed bundle of the token function, its handler called with the events that an HTTP API would make. */
export async function tokenHandler({ taskRoot, caches }: SubjectSettings): Promise<RequestListener> {
  const handle = await loadHandler(taskRoot, 'index.handler');
  const forget = caches === 'cold' ? forgetting() : undefined;
  return (request, response) => {
    forget?.();
    void readBody(request)
      .then(async (body) => (await handle(eventOf(request, body), contextOf())) as Result)
      .then((result) => {
        send(response, result);
      });
  };
}

/** A clock that steps back and forth with each request: nothing was read as lately as it would have to be. */
function forgetting(): () => void {
  const systemNow = Date.now;
  let ahead = 0;
  Date.now = () => systemNow() + ahead;
  return () => {
    ahead = staleMilliseconds - ahead;
  };
}

/** Payload format 2.0: a form arrives in base64. */
function eventOf(request: IncomingMessage, body: Buffer): object {
  const { method, url = '/', headers, socket } = request;
  const userAgent = headers['user-agent'] ?? '';
  return {
    version: '2.0',
    routeKey: 'ANY /token',
    rawPath: url,
    rawQueryString: '',
    headers,
    requestContext: {
      accountId: '000000000000',
      apiId: 'bench',
      domainName: headers.host,
      domainPrefix: 'bench',
      http: { method, path: url, protocol: 'HTTP/1.1', sourceIp: socket.remoteAddress, userAgent },
      requestId: randomUUID(),
      routeKey: 'ANY /token',
      stage: '$default',
      timeEpoch: Date.now(),
    },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}

function contextOf(): object {
  const deadline = Date.now() + 10_000;
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => deadline - Date.now() };
}

function send(response: ServerResponse, { statusCode, headers, body }: Result): void {
  response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
