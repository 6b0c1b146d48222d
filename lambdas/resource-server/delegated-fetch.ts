import { isWebAddress } from './addresses.ts';
import type { ExchangedToken } from './exchange-request.ts';
import type { Fetch } from './key-set-document.ts';

/** As the transports of the MCP SDK take it. */
export type DelegatedFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface DelegatedFetchOptions {
  readonly target: string;
  /** `unless`: one that the target does not take. */
  readonly token: (unless?: string) => Promise<ExchangedToken>;
  readonly fetch: Fetch;
}

/** `fetch` for one target, with a token for it, which it shows to nobody else. */
export function delegatedFetch({ target, token, fetch }: DelegatedFetchOptions): DelegatedFetch {
  return async (url, init = {}) => {
    assertOfTarget(url, target);
    const send = ({ accessToken }: ExchangedToken): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${accessToken}`);
      return fetch(String(url), { ...init, headers });
    };
    const first = await token();
    const response = await send(first);
    if (!isOver(response) || !isSentTwice(init.body)) return response;
    // Nothing was done by a request that was not let in, so it can be sent again.
    await response.body?.cancel();
    return send(await token(first.accessToken));
  };
}

/** A token is for its target. Elsewhere it would be in the hands of somebody who can use it there. */
function assertOfTarget(url: string | URL, target: string): void {
  const { origin } = new URL(url);
  const wanted = isWebAddress(target) ? new URL(target).origin : undefined;
  if (wanted === undefined)
    throw new TypeError(`${target} is no URL: ask for its token, and send it there yourself`);
  if (origin !== wanted) throw new TypeError(`${origin} is not where ${target} is`);
}

// RFC 6750 §3.1: the token expired or was revoked; another one may be taken.
function isOver({ status, headers }: Response): boolean {
  return status === 401 && /\berror="invalid_token"/.test(headers.get('www-authenticate') ?? '');
}

/** What can be read once is sent once. */
function isSentTwice(body: RequestInit['body']): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return true;
  return [URLSearchParams, FormData, Blob].some((kind) => body instanceof kind);
}
