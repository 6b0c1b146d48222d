/** One request and its answer as they went over the wire. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly authorization: string | undefined;
    readonly body: string;
  };
  readonly response: {
    readonly status: number;
    /** The headers that tell a client what to do next. */
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
}

export type WireFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const shownHeaders = ['www-authenticate', 'retry-after', 'location'];

/** A fetch that hands every finished exchange to `record`. */
export function recordingFetch(record: (exchange: Exchange) => void): WireFetch {
  return async (url, init) => {
    const request = new Request(url, init);
    const body = await request.clone().text();
    const response = await fetch(request);
    const { status, headers } = response;
    record({
      request: {
        method: request.method,
        url: request.url,
        authorization: request.headers.get('authorization') ?? undefined,
        body,
      },
      response: {
        status,
        headers: shownHeaders.flatMap((name) => {
          const value = headers.get(name);
          return value === null ? [] : [[name, value] as const];
        }),
        body: await response.clone().text(),
      },
    });
    return response;
  };
}
