import type { HttpRequest } from './message.ts';

/** What a browser keeps for us, sealed. */
export type CookieName = 'account' | 'browser' | 'session' | 'logout' | 'hint';

/** What only signing out needs is not sent along with all else: it may be long. */
const paths: Readonly<Partial<Record<CookieName, string>>> = { logout: '/logout', hint: '/logout' };

/** The cookies of one issuer. */
export interface Cookies {
  readonly read: (request: HttpRequest, name: CookieName) => string | undefined;
  /** A value of `Set-Cookie` that has the browser keep `value`, of cookie characters only, for so many seconds. */
  readonly keep: (name: CookieName, value: string, seconds: number) => string;
  /** A value of `Set-Cookie` that has the browser forget it. */
  readonly forget: (name: CookieName) => string;
}

/**
 * By the prefix `__Host-` browsers take a cookie from this very host and over https alone: nobody else can set it. One that
 * is for one path may not have it, and is of https. Only the issuer of a local run is without.
 */
export function cookiesOf(issuer: string): Cookies {
  const secure = issuer.startsWith('https:');
  const nameOf = (name: CookieName): string => {
    const prefix = paths[name] === undefined ? '__Host-' : '__Secure-';
    return `${secure ? prefix : ''}vestibule-${name}`;
  };
  const line = (name: CookieName, value: string, seconds: number): string =>
    // Lax: a person comes back from the identity provider by a link of another site.
    `${nameOf(name)}=${value}; Max-Age=${seconds}; Path=${paths[name] ?? '/'}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read: ({ cookies }, name) => cookies.get(nameOf(name)),
    keep: (name, value, seconds) => {
      if (!/^[\w.~-]+$/.test(value))
        throw new Error(`the value of the cookie ${name} needs other characters`);
      return line(name, value, seconds);
    },
    forget: (name) => line(name, '', 0),
  };
}

/**
 * Reads what API Gateway made of the Cookie header. A name that comes twice is nobody's: the second one was set for
 * another path or domain, by somebody who wants it taken for ours, and nothing tells which is which.
 */
export function parseCookies(lines: readonly string[]): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  const seen = new Set<string>();
  for (const pair of lines.flatMap((line) => line.split(';'))) {
    const equals = pair.indexOf('=');
    if (equals < 0) continue;
    const name = pair.slice(0, equals).trim();
    if (seen.has(name)) cookies.delete(name);
    else cookies.set(name, pair.slice(equals + 1).trim());
    seen.add(name);
  }
  return cookies;
}
