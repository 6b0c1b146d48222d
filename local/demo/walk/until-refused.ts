import { setTimeout as sleep } from 'node:timers/promises';
import type { WireFetch } from './wire.ts';

const longestSeconds = 30;
const pauseMilliseconds = 500;

/** Presents the token without a word until the server refuses it. Resolves with the seconds that took, 30 at most. */
export async function untilRefused(mcp: string, token: string): Promise<number> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  while (elapsed() < longestSeconds) {
    const { status } = await listTools(fetch, mcp, token);
    if (status === 401) break;
    await sleep(pauseMilliseconds);
  }
  return elapsed();
}

export async function listTools(send: WireFetch, mcp: string, token: string): Promise<Response> {
  const response = await send(mcp, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  await response.text();
  return response;
}
