import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../../local/demo/http.ts';

export interface PlayedAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Judges each request to a path of a played provider; undefined: it may pass. */
export type Gate = (path: string, request: IncomingMessage) => Promise<PlayedAnswer | undefined>;

/** Whether a gate, if there is one, has answered the request itself. */
export async function isBarred(
  gate: Gate | undefined,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const barred = await gate?.(path, request);
  if (barred === undefined) return false;
  for (const [name, value] of Object.entries(barred.headers ?? {})) response.setHeader(name, value);
  sendJson(response, barred.status, barred.body);
  return true;
}
