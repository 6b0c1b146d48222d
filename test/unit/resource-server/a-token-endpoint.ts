import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One token request as it came. */
export interface TokenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

export interface TokenAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The token endpoint of an issuer over real HTTP, which answers what a test says and remembers what it was asked. */
export interface TokenEndpointServer {
  readonly issuer: string;
  readonly requests: TokenRequest[];
  answer: (request: TokenRequest, count: number) => TokenAnswer | Promise<TokenAnswer>;
  readonly close: () => Promise<void>;
}

/** What an issuer answers whose policy allows the exchange; each token is another. */
export function granted(count: number, more: object = {}): TokenAnswer {
  return {
    body: {
      ...{ access_token: `exchanged-${count}`, token_type: 'Bearer', expires_in: 900, scope: 'tools:read' },
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...more,
    },
  };
}

export async function startTokenEndpoint(): Promise<TokenEndpointServer> {
  const http = createServer((request, response) => {
    void received(request).then(async (asked) => {
      server.requests.push(asked);
      const { status = 200, headers = {}, body } = await server.answer(asked, server.requests.length);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: TokenEndpointServer = {
    issuer: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    answer: (_, count) => granted(count),
    close: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

async function received(request: IncomingMessage): Promise<TokenRequest> {
  return { headers: request.headers, form: new URLSearchParams(await text(request)) };
}
