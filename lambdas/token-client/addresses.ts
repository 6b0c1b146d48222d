/**
 * Where the metadata of a resource is: `/.well-known/oauth-protected-resource` inserted before its path. Throws a
 * TypeError for a resource that is not an absolute http(s) URL without fragment.
 */
export function protectedResourceMetadataUrl(resource: string): string {
  // RFC 9728 §3.1: the slash of an empty path goes, a query stays behind the path.
  const { origin, pathname, search } = absoluteUrl('resource', resource);
  const path = pathname === '/' ? '' : pathname;
  return `${origin}/.well-known/oauth-protected-resource${path}${search}`;
}

/** Throws a TypeError that names the option for a URL to which nothing secret could be sent. */
export function absoluteUrl(option: string, text: string): URL {
  if (isPrivateUrl(text)) return new URL(text);
  throw new TypeError(`${option}: an absolute https URL without fragment, got ${JSON.stringify(text)}`);
}

/** Plain http is for loopback: anywhere else keys and tokens are anybody's. */
export function isPrivateUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '' || text.includes('#')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Whether a name is the address of something on the web, whatever it may say behind its host. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\//i.test(text);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
