import type { AskThirdParty, ThirdPartyAnswer, ThirdPartyRequest } from '../../ports/third-parties.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { type DocumentHosts, readDocumentUrl } from './document-url.ts';
import { readText } from './pinned-get.ts';
import { pinnedRequest } from './pinned-request.ts';
import { resolveAddresses } from './resolve.ts';

/** From the look-up of the name to the last byte. */
const timeLimitMilliseconds = 4_000;
const maximumBytes = 262_144;

/**
 * Asks third parties for tokens, and to end them, as guarded as documents are fetched: https, public pinned addresses, no redirect, no
 * connection kept, bounded in time and size. A whole answer is one, whatever its status.
 */
export function egressProviders(hosts: DocumentHosts): AskThirdParty {
  return async (provider, request) => {
    const url = readDocumentUrl(request.url, hosts);
    if (!url.ok) throw unavailable(provider, 'an endpoint of its declaration is not allowed');
    const signal = AbortSignal.timeout(timeLimitMilliseconds);
    const addresses = await resolveAddresses(url.value, hosts, signal);
    if (!addresses.ok) throw unavailable(provider, addresses.refusal.reason);
    try {
      return await answerOf(request, { url: url.value, addresses: addresses.value, signal });
    } catch (error) {
      // A code of the system, and nothing of the request.
      const { code } = error as { readonly code?: string };
      throw unavailable(provider, code ?? 'no whole answer');
    }
  };
}

type Reached = Pick<Parameters<typeof pinnedRequest>[0], 'url' | 'addresses' | 'signal'>;

async function answerOf(
  { method, headers, body }: ThirdPartyRequest,
  reached: Reached,
): Promise<ThirdPartyAnswer> {
  const response = await pinnedRequest({ ...reached, method, headers, body });
  const text = await readText(response, maximumBytes);
  if (!text.ok) throw new Error(text.refusal.reason);
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    text: text.value,
    retryAfter: response.headers['retry-after'],
  };
}

function unavailable(provider: EgressProviderId, why: string): DependencyUnavailable {
  return new DependencyUnavailable(`third party ${provider}`, {
    cause: new Error(why),
    retryAfterSeconds: 5,
  });
}
