import { isIP } from 'node:net';
import { sameDigest, sha256 } from '../runtime/digest.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What the edge writes on each request, over whatever a caller sent under these names. */
const originSecret = 'x-vestibule-origin';
const viewer = 'x-vestibule-viewer';

/**
 * Whether a request came by the edge, which alone knows the secret whose digest this is. Anybody can reach the API at its
 * own URL, and there nothing that a header says of an address is worth anything.
 */
export function isThroughEdge(headers: Headers, secretDigest: string): boolean {
  const secret = headers[originSecret];
  return secret !== undefined && sameDigest(sha256(secret), secretDigest);
}

/** The address that called the edge, of a request that came by it. Undefined for anything but one address. */
export function viewerAddress(headers: Headers): string | undefined {
  const text = headers[viewer] ?? '';
  const [, bracketed, plain] = /^(?:\[([^\]%]+)\](?::\d{1,5})?|([^:%[\]]+)(?::\d{1,5})?)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  if (bracketed !== undefined && isIP(address) !== 6) return undefined;
  return isIP(address) === 0 || address.includes('%') ? undefined : address.toLowerCase();
}

/** What an endpoint sees of the headers: the secret is for the rim alone. */
export function withoutOriginSecret(headers: Headers): Headers {
  if (headers[originSecret] === undefined) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== originSecret));
}
