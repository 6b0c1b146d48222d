import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { DocumentRefusal } from '../../ports/documents.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { isLoopbackAddress, isPublicAddress } from './address.ts';
import { isLoopbackName, type DocumentHosts } from './document-url.ts';

/**
 * Resolves a host once, as long as `signal` lets it. Every address it has must be allowed: the connection is then made to one
 * of these and to nothing that a second look-up would say.
 */
export function resolveAddresses(
  url: URL,
  hosts: DocumentHosts,
  signal: AbortSignal,
): Promise<Result<readonly LookupAddress[], DocumentRefusal>> {
  return Promise.race([resolved(url, hosts), aborted(signal)]);
}

/** A look-up cannot be aborted, only left behind. */
function aborted(signal: AbortSignal): Promise<Result<never, DocumentRefusal>> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(refuse({ reason: 'timed_out' }));
      },
      { once: true },
    );
  });
}

async function resolved(
  url: URL,
  hosts: DocumentHosts,
): Promise<Result<readonly LookupAddress[], DocumentRefusal>> {
  const addresses = await lookUp(url.hostname.replace(/^\[|\]$/g, ''));
  if (addresses.length === 0) return refuse({ reason: 'unreachable' });
  const isAllowed = hosts === 'loopback' && isLoopbackName(url) ? isLoopbackAddress : isPublicAddress;
  return addresses.every(({ address }) => isAllowed(address))
    ? ok(addresses)
    : refuse({ reason: 'address_not_allowed' });
}

async function lookUp(host: string): Promise<readonly LookupAddress[]> {
  try {
    return await lookup(host, { all: true });
  } catch {
    return [];
  }
}
