import * as oauth from 'oauth4webapi';
import type { IssuedToken } from '../token-client/token-answer.ts';
import { overLoopback, type Send } from './wire.ts';

/** A request that can be sent more than once. Its body is in memory. */
export interface RepeatableRequest {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly withoutToken: (fetch: Send) => Promise<Response>;
  /** With a proof of its own (RFC 9449 §4.2) where the token is bound to a key. */
  readonly withToken: (
    fetch: Send,
    token: IssuedToken,
    dpop: oauth.DPoPHandle | undefined,
  ) => Promise<Response>;
}

export async function repeatable(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<RepeatableRequest> {
  const request = new Request(input, init);
  const { url, method, signal } = request;
  const body = request.body === null ? undefined : await request.arrayBuffer();
  const headers = new Headers(request.headers);
  // Whose token goes along is for this agent to say.
  headers.delete('authorization');
  headers.delete('dpop');
  return {
    ...{ url, signal },
    withoutToken: (fetch) =>
      fetch(url, { method, headers, signal, redirect: 'manual', ...(body !== undefined && { body }) }),
    withToken: async (fetch, token, dpop) => {
      try {
        return await oauth.protectedResourceRequest(token.value, method, new URL(url), headers, body, {
          signal,
          [overLoopback]: true,
          // A token goes to the address it is for: where that redirects to is for the caller to see.
          [oauth.customFetch]: (to, options) => fetch(to, options as RequestInit),
          ...(dpop !== undefined && { DPoP: dpop }),
        });
      } catch (error) {
        if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
        throw error;
      }
    },
  };
}
