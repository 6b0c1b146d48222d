import { parsePath } from './call-path.ts';

/** Where the third party's addresses are reached through us. */
export interface Proxied {
  /** `<issuer>/egress/<provider>`. */
  readonly uri: string;
  /** Where calls by the connection may go. */
  readonly origins: readonly string[];
}

/** An address of the third party, and how a call of ours gets there. */
export interface ProxiedAddress {
  readonly uri: string;
  /** Absent: the one that calls go to where they name none. */
  readonly origin?: string;
}

/** Undefined for an address that no call gets to. `base`: of the call, for what is relative. */
export function proxiedAddress(
  { uri, origins }: Proxied,
  text: string,
  base: string,
): ProxiedAddress | undefined {
  const url = targetIn(origins, text, base);
  if (url === undefined) return undefined;
  const through = `${uri}${url.pathname}${url.search}`;
  return url.origin === origins[0] ? { uri: through } : { uri: through, origin: url.origin };
}

/** An address on one of the origins, with a path that calls can have. */
export function targetIn(origins: readonly string[], text: string, base: string): URL | undefined {
  const url = URL.parse(text, base);
  if (url?.username !== '' || url.password !== '' || !origins.includes(url.origin)) return undefined;
  url.hash = '';
  return parsePath(url.pathname).ok ? url : undefined;
}
