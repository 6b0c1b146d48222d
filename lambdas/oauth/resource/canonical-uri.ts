import type { ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

/** Where resources may live: `loopback` also lets them be plain http on this machine. */
export type ResourceHosts = 'public' | 'loopback';

export interface ResourceUriRefusal {
  readonly reason: 'resource_uri_not_acceptable';
  /** What is wrong, to be read after the URI: "must not carry a fragment". */
  readonly detail: string;
}

const maximumLength = 1024;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
/** The characters of RFC 3986 and nothing else: URL parsers repair the rest, each in its own way. */
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const pathOf = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]+(?<path>[^?#]*)/;

/**
 * The canonical form by which resources are registered, compared and put into `aud` (AS-31): scheme and host in
 * lower case, no default port, no single trailing slash, escapes in upper case. Comparison is equality of canonical forms, never a prefix.
 */
export function canonicalResourceUri(
  text: string,
  hosts: ResourceHosts,
): Result<ResourceUri, ResourceUriRefusal> {
  const fault = faultIn(text);
  if (fault !== undefined) return unacceptable(fault);
  const url = URL.parse(text);
  if (url === null) return unacceptable('must name a host and a port that can exist');
  if (!isSchemeAllowed(url, hosts)) return unacceptable('must be https');
  const { path = '' } = pathOf.exec(text)?.groups ?? {};
  // The digits of an escape mean the same in either case; ours are in upper case.
  const escaped = path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
  return ok(`${url.protocol}//${url.host}${withoutTrailingSlash(escaped)}` as ResourceUri);
}

/** What a well-formed text must not hold, in the order in which it is said. */
const forbidden: readonly (readonly [pattern: RegExp, detail: string])[] = [
  // API Gateway decodes a path before we see it: metadata of a URI with escapes cannot be found by its path. An
  // AgentCore Runtime serves its own, and has its ARN in one segment of its path: these two characters escaped.
  [/^[^/]*\/\/[^/]*%|%(?!3A|2F)/i, 'must not hold percent-encoding, save for ":" and "/" in its path'],
  // RFC 8707 §2: an absolute URI without a fragment; a query would name a request and not a resource.
  [/^(?![A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#])/, 'must be an absolute URI with a host'],
  [/#/, 'must not carry a fragment'],
  [/\?/, 'must not carry a query'],
  [/^[^/]*\/\/[^/]*@/, 'must not carry user information'],
  [/\/\.{1,2}(?:\/|$)/, 'must not hold dot segments'],
];

/** What keeps a text from being a resource's URI at all, whatever its host. */
function faultIn(text: string): string | undefined {
  if (text.length > maximumLength) return `must not be longer than ${maximumLength} characters`;
  if (!uriText.test(text)) return 'must hold only the characters of a URI';
  return forbidden.find(([pattern]) => pattern.test(text))?.[1];
}

function isSchemeAllowed(url: URL, hosts: ResourceHosts): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && hosts === 'loopback' && loopbackHosts.has(url.hostname);
}

function withoutTrailingSlash(path: string): string {
  return path.endsWith('/') && !path.endsWith('//') ? path.slice(0, -1) : path;
}

function unacceptable(detail: string): Result<never, ResourceUriRefusal> {
  return refuse({ reason: 'resource_uri_not_acceptable', detail });
}
