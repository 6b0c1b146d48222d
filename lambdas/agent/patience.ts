import { retryAfterOf } from '../token-client/retry-after.ts';
import type { Wire } from './wire.ts';

/** A server that asks for less is not asked again before this. Seconds. */
export const shortestPause = 1;

/**
 * Sends again what was answered with a time to come back, if that is soon: 429, and the 503 of a gate that could not judge
 * the token. Neither has served the request; of any other 503 nobody knows.
 */
export async function withinPatience(
  { now, wait }: Wire,
  patienceSeconds: number,
  send: () => Promise<Response>,
): Promise<Response> {
  const deadline = now() + patienceSeconds;
  for (;;) {
    const response = await send();
    const said = (await isUnserved(response)) ? retryAfterOf(response, now()) : undefined;
    if (said === undefined) return response;
    const pause = Math.max(shortestPause, said);
    if (now() + pause > deadline) return response;
    await response.body?.cancel();
    await wait(pause);
  }
}

async function isUnserved(response: Response): Promise<boolean> {
  if (response.status !== 503) return response.status === 429;
  if (!(response.headers.get('content-type') ?? '').includes('json')) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return (body as { readonly error?: unknown } | null | undefined)?.error === 'temporarily_unavailable';
}
