import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  readonly status?: number;
  readonly type?: string;
  readonly body?: unknown;
  readonly location?: string;
  /** Of `Cache-Control`; nothing is said where it is absent. */
  readonly caching?: string;
}

/** A host of metadata documents and keys on loopback. */
export interface DocumentHost {
  readonly origin: string;
  /** What there is, by its path; nothing else is. */
  readonly served: Map<string, Served>;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  readonly stop: () => void;
}

export async function startDocumentHost(): Promise<DocumentHost> {
  const served = new Map<string, Served>();
  const asked: string[] = [];
  const host = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const { status = 200, type = 'application/json', body, ...more } = served.get(path) ?? { status: 404 };
    response.writeHead(status, {
      'content-type': type,
      ...(more.location !== undefined && { location: more.location }),
      ...(more.caching !== undefined && { 'cache-control': more.caching }),
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  return { origin, served, asked, stop: () => host.close() };
}
