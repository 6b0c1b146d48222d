import type { ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';

/** Sends the browser back at once: with a code, or with what it was told to say. */
export function authorizes(
  query: URLSearchParams,
  response: ServerResponse,
  options: {
    readonly issuer: string;
    readonly behaviour: Behaviour;
    readonly codeFor: (query: URLSearchParams) => string;
  },
): void {
  const { issuer, behaviour, codeFor } = options;
  const back = new URL(query.get('redirect_uri') ?? '');
  back.searchParams.set('state', query.get('state') ?? '');
  if (behaviour.iss !== null) back.searchParams.set('iss', behaviour.iss ?? issuer);
  const error = behaviour.error ?? behaviour.refuses?.(query);
  if (error === undefined) back.searchParams.set('code', codeFor(query));
  else back.searchParams.set('error', error);
  response.writeHead(303, { location: back.href }).end();
}
