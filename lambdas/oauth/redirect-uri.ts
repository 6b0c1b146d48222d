const maximumLength = 1_024;
const uriText = /^(?:[A-Za-z0-9\-._~:/?[\]@!$&'()+,;=]|%[0-9A-Fa-f]{2})+$/;
const uriParts = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?((?:[/?].*)?)$/;
const hostAndPort = /^([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([1-9][0-9]{0,4}))?$/;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Schemes that mean something to a browser or to everybody, and so belong to no app. */
const publicSchemes = new Set([
  ...[
    'about',
    'blob',
    'chrome',
    'data',
    'file',
    'filesystem',
    'ftp',
    'intent',
    'jar',
    'javascript',
    'mailto',
  ],
  ...['ms-settings', 'res', 'sms', 'tel', 'urn', 'vbscript', 'view-source', 'ws', 'wss'],
]);

/** A redirect URI taken apart as text: nothing in it is decoded, folded or resolved, so nothing can be read two ways. */
interface RedirectUriParts {
  readonly scheme: string;
  /** Undefined where there is no authority, as in `com.example.app:/callback`. */
  readonly host: string | undefined;
  readonly pathAndQuery: string;
}

/** Where a redirect URI leads: to a host, to the person's own machine, or to an app there by a scheme of its own. */
export type RedirectKind = 'https' | 'loopback' | 'private-use';

/**
 * What kind of redirect URI the text is; undefined where it is none: relative, with a fragment, with
 * user information, with a scheme that is nobody's own, or http to another machine.
 */
export function redirectKind(text: string): RedirectKind | undefined {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const scheme = parts.scheme.toLowerCase();
  if (scheme === 'https') return parts.host === undefined ? undefined : 'https';
  if (scheme === 'http') return loopbackHosts.has(parts.host ?? '') ? 'loopback' : undefined;
  // A private-use scheme; in small letters, because it is compared as text.
  const isOwn = scheme === parts.scheme && !publicSchemes.has(scheme);
  return isOwn && (parts.host !== undefined || parts.pathAndQuery.startsWith('/'))
    ? 'private-use'
    : undefined;
}

/**
 * Whether people may be sent to `presented` for a client with those `registered` URIs: one of them as text,
 * or, on the person's own machine, one of them at another port.
 */
export function matchesRedirectUri(registered: readonly string[], presented: string): boolean {
  if (redirectKind(presented) === undefined) return false;
  if (registered.includes(presented)) return true;
  const asked = onLoopback(presented);
  return asked !== undefined && registered.some((uri) => onLoopback(uri) === asked);
}

/**
 * A loopback URI without its port, which a native app gets from its operating system at each start. The
 * three names of the machine match themselves only: whoever listens at one need not listen at the other.
 */
function onLoopback(text: string): string | undefined {
  const parts = partsOf(text);
  if (parts?.scheme !== 'http' || !loopbackHosts.has(parts.host ?? '')) return undefined;
  const path = parts.pathAndQuery.startsWith('/') ? parts.pathAndQuery : `/${parts.pathAndQuery}`;
  return `${parts.host ?? ''}${path}`;
}

/** RFC 6749 §4.1.2: the answer joins the query that the redirect URI has. */
export function withAnswer(redirectUri: string, answer: URLSearchParams): string {
  const joint = redirectUri.includes('?') ? (/[?&]$/.test(redirectUri) ? '' : '&') : '?';
  return `${redirectUri}${joint}${answer.toString()}`;
}

function partsOf(text: string): RedirectUriParts | undefined {
  if (text.length > maximumLength || !uriText.test(text) || URL.parse(text) === null) return undefined;
  const [, scheme, authority, pathAndQuery = ''] = uriParts.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  if (authority === undefined) return { scheme, host: undefined, pathAndQuery };
  const [, host] = hostAndPort.exec(authority) ?? [];
  return host === undefined ? undefined : { scheme, host, pathAndQuery };
}
