import type { LookupAddress } from 'node:dns';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { readDocumentUrl, type DocumentHosts } from './document-url.ts';
import { readText } from './pinned-get.ts';
import { pinnedRequest } from './pinned-request.ts';
import { resolveAddresses } from './resolve.ts';

/** What oauth4webapi asks of a fetch. */
interface ProviderRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly toString: () => string } | null | undefined;
  /** Default: 256 kB. */
  readonly maximumBytes?: number;
}

export type ProviderFetch = (url: string, request: ProviderRequest) => Promise<Response>;

/** From the look-up of the name to the last byte. */
const timeLimitMilliseconds = 4_000;
const usualBytes = 262_144;

/** A provider that could not be asked. */
export class ProviderUnavailable extends DependencyUnavailable {
  /** Nothing came of the request: it was never sent, or answered as one that was not dealt with. */
  readonly hadNoEffect: boolean;
  /** Nobody was reached at all: a moment later somebody may be. */
  readonly wasUnreached: boolean;

  constructor(idp: string, cause: Error, effect: 'any' | 'none' | 'unreached') {
    super(`identity provider ${idp}`, { cause, retryAfterSeconds: 5 });
    this.hadNoEffect = effect !== 'any';
    this.wasUnreached = effect === 'unreached';
  }
}

/** Where nobody was reached. */
const unreached: ReadonlySet<string | undefined> = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'],
]);

/**
 * A fetch for one identity provider, as guarded as that of documents: https, public pinned addresses, no redirect, no
 * connection kept, bounded in time and size. What fails on the way, 5xx and 429 are the provider's failure.
 */
export function providerFetch(idp: string, hosts: DocumentHosts): ProviderFetch {
  const unsent = (why: string): Error => new ProviderUnavailable(idp, new Error(why), 'none');
  return async (text, request) => {
    const url = readDocumentUrl(text, hosts);
    if (!url.ok) throw unsent('an endpoint of its metadata is not allowed');
    const signal = AbortSignal.timeout(timeLimitMilliseconds);
    const addresses = await resolveAddresses(url.value, hosts, signal);
    if (!addresses.ok) throw unsent(addresses.refusal.reason);
    const answer = await answerOf(url.value, request, addresses.value, signal).catch((error: unknown) => {
      // A code of the system, and nothing of the request.
      const { code } = error as { readonly code?: string };
      throw new ProviderUnavailable(
        idp,
        new Error(code ?? 'no whole answer'),
        unreached.has(code) ? 'unreached' : 'any',
      );
    });
    const { status } = answer;
    if (status < 500 && status !== 429) return answer;
    // RFC 9110 §15.6.4, RFC 6585 §4: it was not dealt with.
    throw new ProviderUnavailable(
      idp,
      new Error(`status ${status}`),
      status === 503 || status === 429 ? 'none' : 'any',
    );
  };
}

async function answerOf(
  url: URL,
  request: ProviderRequest,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<Response> {
  const { method, headers: asked, body: form } = request;
  const sent = { method, headers: asked, body: form?.toString() ?? '' };
  const response = await pinnedRequest({ url, addresses, signal, ...sent });
  const { statusCode: status = 0, headers } = response;
  const body = await readText(response, request.maximumBytes ?? usualBytes);
  if (!body.ok) throw new Error(body.refusal.reason);
  const { 'content-type': type = '', 'www-authenticate': challenge, 'dpop-nonce': nonce } = headers;
  return new Response(status === 204 ? null : body.value, {
    status,
    headers: {
      'content-type': type,
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(typeof nonce === 'string' && { 'dpop-nonce': nonce }),
    },
  });
}
