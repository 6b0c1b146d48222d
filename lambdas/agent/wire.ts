import * as oauth from 'oauth4webapi';

/** The part of `fetch` that is used, so that an agent can bring its own proxy. Redirects are never asked to be followed. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** What takes a `fetch` takes this. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What the world gives an agent. */
export interface Wire {
  readonly fetch: Send;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly wait: (seconds: number) => Promise<void>;
}

/** How long one server may take to answer a question about tokens. */
export const answerMilliseconds = 10_000;

// eslint-disable-next-line @typescript-eslint/no-deprecated -- which URLs may be http is for `isPrivateUrl` to say
export const overLoopback: typeof oauth.allowInsecureRequests = oauth.allowInsecureRequests;

/** Plain http is for loopback: anywhere else what is sent there is anybody's. */
export function isPrivateUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (url.protocol === 'https:') return true;
  const { hostname } = url;
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
  return url.protocol === 'http:' && loopback;
}

/** RFC 9110 §10.2.3: seconds or a date, here as seconds from now; undefined for neither. */
export function retryAfterOf({ headers }: Response, now: number): number | undefined {
  const said = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,6}$/.test(said)) return Number(said);
  const date = said === '' ? Number.NaN : Date.parse(said);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil(date / 1_000 - now));
}

/** The outcome of work that others wait for too: who gives up stops waiting, and the work goes on. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (signal === null || signal === undefined) return work;
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}
