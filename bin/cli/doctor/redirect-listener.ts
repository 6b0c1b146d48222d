import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RedirectListener {
  readonly redirectUri: string;
  /** The parameters with that state; undefined where nobody brought them in time. */
  readonly answer: (state: string, milliseconds: number) => Promise<URLSearchParams | undefined>;
  readonly stop: () => void;
}

const page =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Vestibule</title><h1>You can close this page</h1><p>The rest is in the terminal.</p></html>';

/** Waits on this machine for the browser (RFC 8252 §7.3), at a port of its own and the path that the client registered. */
export async function listenForRedirect(registered: URL): Promise<RedirectListener> {
  const waiting = new Map<string, (parameters: URLSearchParams) => void>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', registered);
    const take = pathname === registered.pathname ? waiting.get(searchParams.get('state') ?? '') : undefined;
    response.writeHead(take === undefined ? 404 : 200, {
      ...{ 'content-type': 'text/html; charset=utf-8', connection: 'close' },
    });
    response.end(take === undefined ? '' : page);
    take?.(searchParams);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, registered.hostname.replace(/^\[|\]$/g, ''), resolve);
  });
  const redirectUri = new URL(registered);
  redirectUri.port = String((server.address() as AddressInfo).port);
  return {
    redirectUri: redirectUri.href,
    answer: (state, milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          resolve(undefined);
        }, milliseconds);
        waiting.set(state, (parameters) => {
          clearTimeout(timer);
          resolve(parameters);
        });
      }),
    stop: () => {
      server.close();
    },
  };
}
