import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Volley, VolleyResult } from './message.ts';
import { tokenInspector } from './inspect-tokens.ts';

/**
 * The load, in a process of its own: each connection sends its next request when the answer to the last one has come.
 * Tokens are looked at when the volley is over.
 */
const inspect = tokenInspector();

process.on('message', (volley: Volley) => {
  void fire(volley).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      throw error;
    },
  );
});
process.once('disconnect', () => process.exit());

async function fire(volley: Volley): Promise<VolleyResult> {
  const sockets = await Promise.all(Array.from({ length: volley.connections }, () => open(volley.port)));
  const request = requestOf(volley);
  const started = performance.now();
  const end = started + volley.milliseconds;
  const bodies = await Promise.all(sockets.map((socket) => converse(socket, request, end)));
  const milliseconds = performance.now() - started;
  for (const socket of sockets) socket.destroy();
  const tokens = inspect(bodies.flat(), volley);
  return { tokens, milliseconds };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function requestOf({ path, market }: Volley): Buffer {
  const { clientId, clientSecret, form } = market;
  const body = new URLSearchParams(form).toString();
  const credentials = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64');
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(market.issuer).host}`,
    `Authorization: Basic ${credentials}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    'Accept: application/json',
    'User-Agent: bench',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Asks until the time is up; the bodies of the answers, in the order in which they came. */
function converse(socket: Socket, request: Buffer, end: number): Promise<readonly string[]> {
  const bodies: string[] = [];
  return new Promise((resolve, reject) => {
    let pending = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('the server closed a connection'));
    });
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const answer = wholeAnswer(pending);
      if (answer === undefined) return;
      pending = Buffer.alloc(0);
      bodies.push(answer);
      if (performance.now() < end) socket.write(request);
      else resolve(bodies);
    });
    socket.write(request);
  });
}

function wholeAnswer(received: Buffer): string | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
  if (received.length < headEnd + 4 + length) return undefined;
  const body = received.toString('utf8', headEnd + 4);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`${head.split('\r\n')[0] ?? ''}: ${body}`);
  return body;
}
