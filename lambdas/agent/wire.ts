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

/** What of it may be brought along. */
export interface WireOptions {
  /** Default: the global one. */
  readonly fetch?: Send;
  /** Seconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Default: a timer. */
  readonly wait?: (seconds: number) => Promise<void>;
}

export function wireOf(options: WireOptions): Wire {
  return {
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now: options.now ?? (() => Date.now() / 1_000),
    wait:
      options.wait ??
      ((seconds) =>
        new Promise((settle) => {
          setTimeout(settle, seconds * 1_000);
        })),
  };
}
