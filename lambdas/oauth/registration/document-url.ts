import type { ClientId } from '../../runtime/identifiers.ts';

/** Characters; a URL stands in tokens, on pages and in the log. */
const maximumLength = 512;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a client id is to be read as the URL of a metadata document, well-formed or not. */
export function isDocumentClientId(text: string): text is ClientId {
  return /^https?:\/\/[\x21-\x7E]+$/i.test(text) && text.length <= maximumLength;
}

/**
 * What keeps a URL from being a client id (AS-13). Only a URL that means itself is taken, so that it is compared as the
 * text it is, and no two ids are one client.
 */
export function documentUrlProblem(text: string, hosts: 'public' | 'loopback'): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'is no URL';
  const isOurMachine = hosts === 'loopback' && loopbackHosts.has(url.hostname);
  if (url.protocol !== 'https:' && !isOurMachine) return 'is not https';
  if (url.username !== '' || url.password !== '') return 'carries user information';
  if (text.includes('#')) return 'carries a fragment';
  // The same host to the resolver and another text to a policy that denies it.
  if (url.hostname.endsWith('.')) return 'has a dot at the end of its host';
  if (url.pathname === '/') return 'has no path';
  if (/%2e/i.test(url.pathname)) return 'has a dot segment in its path';
  // A default port, an upper-case host, a dot segment: all that a parser takes away.
  return url.href === text ? undefined : `is not in its plain form, ${url.href}`;
}
