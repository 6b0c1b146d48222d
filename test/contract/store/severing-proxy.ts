import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** The way to an engine: replies take their time, come in any order, and some never arrive. */
export interface SeveringProxy {
  readonly endpoint: string;
  /** Holds all replies back until so many calls are in flight at once. */
  readonly gather: (calls: number) => void;
  /** Cuts the connection in place of the next replies, after the engine did what it was asked. */
  readonly loseReplies: (count: number) => void;
  /** The most calls that were in flight at once. */
  readonly peak: () => number;
  readonly stop: () => Promise<void>;
}

const longestDelayMilliseconds = 60;

export async function startSeveringProxy(engine: string): Promise<SeveringProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const waiting = new Set<() => void>();
  const traffic = { flying: 0, peak: 0, gathering: 0, losses: 0 };

  async function carry(call: IncomingMessage, reply: ServerResponse): Promise<void> {
    traffic.flying += 1;
    traffic.peak = Math.max(traffic.peak, traffic.flying);
    if (traffic.peak >= traffic.gathering) for (const go of waiting) go();
    const answer = await ask(agent, engine, call);
    if (traffic.peak < traffic.gathering) await new Promise<void>((go) => waiting.add(go));
    await setTimeout(Math.random() * longestDelayMilliseconds);
    traffic.flying -= 1;
    if (traffic.losses > 0) {
      traffic.losses -= 1;
      call.socket.destroy();
    } else reply.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const server = createServer((call, reply) => {
    carry(call, reply).catch(() => call.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    gather: (calls) => {
      traffic.gathering = calls;
    },
    loseReplies: (count) => {
      traffic.losses = count;
    },
    peak: () => traffic.peak,
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function ask(agent: Agent, engine: string, call: IncomingMessage): Promise<Answer> {
  const { method, url = '/', headers } = call;
  const question = request(new URL(url, engine), { agent, method, headers });
  call.pipe(question);
  const [answer] = (await once(question, 'response')) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 502,
    headers: answer.headers,
    body: Buffer.concat(await answer.toArray()),
  };
}
