import type { LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

interface PinnedRequest {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
  readonly signal: AbortSignal;
  /** Default: GET. */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends one request to addresses already judged: no redirect, no second look-up, no connection kept or shared. */
export function pinnedRequest({
  url,
  addresses,
  signal,
  method = 'GET',
  headers,
  body = '',
}: PinnedRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const length = body.length === 0 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const own = { 'accept-encoding': 'identity', 'user-agent': 'vestibule', ...length };
    const lookup = pinnedTo(addresses);
    start(url, { method, agent: false, headers: { ...headers, ...own }, lookup, signal })
      .on('response', resolve)
      .on('error', reject)
      // An answer that switches protocols is neither: the connection just ends.
      .on('close', () => {
        reject(new Error('closed without a response'));
      })
      .end(body);
  });
}

function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  const [first] = addresses;
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
