import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the third party got it. */
interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Answer = (received: Received, response: ServerResponse) => unknown;

export interface ThirdParty {
  readonly origin: string;
  readonly received: Received[];
  /** What it answers from now on. */
  answers: Answer;
  readonly stop: () => void;
}

/** An API of somebody else's, over real HTTP. */
export async function startThirdParty(): Promise<ThirdParty> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const got = { method, url, headers, body: Buffer.concat(chunks) };
      received.push(got);
      party.answers(got, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const party: ThirdParty = {
    origin: `http://127.0.0.1:${port}`,
    received,
    answers: (_, response) => response.end(),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return party;
}
