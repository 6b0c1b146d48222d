import { isWebAddress } from '../token-client/addresses.ts';
import type { ExchangedToken } from './exchange-request.ts';
import type { Fetch } from './key-set-document.ts';
import type { ProofKey } from './proof-key.ts';

/** As the transports of the MCP SDK take it. */
export type DelegatedFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface DelegatedFetchOptions {
  readonly target: string;
  readonly token: () => Promise<ExchangedToken>;
  /** Forgets a token that the target does not take. */
  readonly drop: (refused: ExchangedToken) => Promise<void>;
  /** The key that tokens are bound to. */
  readonly key: ProofKey | undefined;
  readonly fetch: Fetch;
}

/** `fetch` for one target, with a token for it, which it shows to nobody else. */
export function delegatedFetch({ target, token, drop, key, fetch }: DelegatedFetchOptions): DelegatedFetch {
  const send = async (url: string, init: RequestInit, held: ExchangedToken): Promise<Response> => {
    const { accessToken, tokenType } = held;
    const headers = new Headers(init.headers);
    headers.set('authorization', `${tokenType} ${accessToken}`);
    headers.delete('dpop');
    if (key !== undefined) {
      // As `fetch` writes it, which is what the server sees.
      const { method } = new Request(url, { method: init.method ?? 'GET' });
      headers.set('dpop', await key.prove({ method, url, accessToken }));
    }
    const response = await fetch(url, { ...init, headers });
    key?.learn(url, response);
    return response;
  };
  return async (url, init = {}) => {
    assertOfTarget(url, target);
    const tried = new Set<Remedy>();
    for (;;) {
      const held = await token();
      const response = await send(String(url), init, held);
      const remedy = remedyFor(response);
      if (remedy === undefined || tried.has(remedy) || !isSentTwice(init.body)) return response;
      if (remedy === 'nonce' && key === undefined) return response;
      tried.add(remedy);
      // Nothing was done by a request that was not let in, so it can be sent again.
      await response.body?.cancel();
      if (remedy === 'another-token') await drop(held);
    }
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

/** What may help against a refusal, once each. */
type Remedy = 'another-token' | 'nonce';

function remedyFor({ status, headers }: Response): Remedy | undefined {
  const challenge = status === 401 ? (headers.get('www-authenticate') ?? '') : '';
  // RFC 9449 §9: the nonce came along, and goes into the next proof.
  if (/\berror="use_dpop_nonce"/.test(challenge)) return 'nonce';
  // RFC 6750 §3.1: the token expired or was revoked; another one may be taken.
  return /\berror="invalid_token"/.test(challenge) ? 'another-token' : undefined;
}

/** What can be read once is sent once. */
function isSentTwice(body: RequestInit['body']): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return true;
  return [URLSearchParams, FormData, Blob].some((kind) => body instanceof kind);
}
