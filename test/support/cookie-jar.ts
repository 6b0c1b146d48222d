/** The cookies of one browser. */
export interface CookieJar {
  /** The `cookie` header of a request, as a browser would send it; undefined for none. */
  readonly headerFor: (url: URL, context: RequestContext) => string | undefined;
  /** Takes the `set-cookie` headers of an answer; those that a browser would refuse are not kept. */
  readonly take: (url: URL, setCookies: readonly string[]) => void;
  readonly all: () => readonly Cookie[];
  readonly plant: (cookie: Cookie) => void;
  readonly clear: () => void;
}

export interface RequestContext {
  readonly method: string;
  /** The page that the request came from; undefined for an address that a person typed. */
  readonly initiator: URL | undefined;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Host without port: ports of one host share their cookies (RFC 6265 §8.5). */
  readonly host: string;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  const keyOf = ({ name, host, path }: Cookie): string => JSON.stringify([name, host, path]);
  return {
    headerFor: (url, context) => {
      const sent = [...cookies.values()].filter((cookie) => isSent(cookie, url, context));
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
    take: (url, setCookies) => {
      for (const header of setCookies) {
        const { cookie, isOver } = parse(url, header);
        if (!isAcceptable(cookie, url)) continue;
        if (isOver) cookies.delete(keyOf(cookie));
        else cookies.set(keyOf(cookie), cookie);
      }
    },
    all: () => [...cookies.values()],
    plant: (cookie) => cookies.set(keyOf(cookie), cookie),
    clear: () => {
      cookies.clear();
    },
  };
}

/** As browsers do, loopback counts as secure without TLS. */
function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || loopback.has(url.hostname);
}

function isSent(cookie: Cookie, url: URL, { method, initiator }: RequestContext): boolean {
  if (cookie.host !== url.hostname || (cookie.secure && !isSecure(url))) return false;
  const prefix = cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`;
  if (url.pathname !== cookie.path && !url.pathname.startsWith(prefix)) return false;
  const crossSite = initiator !== undefined && initiator.hostname !== url.hostname;
  if (!crossSite || cookie.sameSite === 'None') return true;
  return cookie.sameSite === 'Lax' && method === 'GET';
}

function isAcceptable(cookie: Cookie, url: URL): boolean {
  if (cookie.secure && !isSecure(url)) return false;
  if (cookie.name.startsWith('__Host-')) return cookie.secure && cookie.path === '/';
  return !cookie.name.startsWith('__Secure-') || cookie.secure;
}

function parse(url: URL, header: string): { readonly cookie: Cookie; readonly isOver: boolean } {
  const [pair = '', ...rest] = header.split(';').map((part) => part.trim());
  const attributes = new Map(
    rest.map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.toLowerCase(), value.join('=')] as const;
    }),
  );
  const [name = '', ...value] = pair.split('=');
  const path = attributes.get('path');
  const sameSite = attributes.get('samesite')?.toLowerCase();
  const directory = url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/')));
  return {
    cookie: {
      ...{ name, value: value.join('=') },
      host: attributes.get('domain') ?? url.hostname,
      path: path?.startsWith('/') === true ? path : directory,
      secure: attributes.has('secure'),
      httpOnly: attributes.has('httponly'),
      sameSite: sameSite === 'strict' ? 'Strict' : sameSite === 'none' ? 'None' : 'Lax',
    },
    isOver: isPast(attributes),
  };
}

function isPast(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = attributes.get('expires');
  return expires !== undefined && new Date(expires).getTime() <= Date.now();
}
