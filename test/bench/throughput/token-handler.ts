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

/** The deployed bundle of the token function, its handler called with the events that an HTTP API would make. */
export async function tokenHandler({ taskRoot }: SubjectSettings): Promise<RequestListener> {
  const handle = await loadHandler(taskRoot, 'index.handler');
  return (request, response) => {
    void readBody(request)
      .then(async (body) => (await handle(eventOf(request, body), contextOf())) as Result)
      .then((result) => {
        send(response, result);
      });
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
