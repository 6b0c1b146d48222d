import { listen } from '../http.ts';

/** Where a program on a person's own machine waits for the browser (RFC 8252 §7.3). */
export interface RedirectListener {
  readonly redirectUri: string;
  /** The parameters that the browser brought last. */
  readonly answer: () => URLSearchParams;
  readonly stop: () => Promise<void>;
}

export async function listenForRedirect(log: (line: string) => void): Promise<RedirectListener> {
  let answer = new URLSearchParams();
  const server = await listen(
    0,
    (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (pathname === '/callback') answer = searchParams;
      response.writeHead(pathname === '/callback' ? 200 : 404, { 'content-type': 'text/html' });
      response.end(
        '<!doctype html><html lang="en"><title>Done</title><h1>You can close this page</h1></html>',
      );
      return Promise.resolve();
    },
    log,
  );
  return { redirectUri: `http://127.0.0.1:${server.port}/callback`, answer: () => answer, stop: server.stop };
}
