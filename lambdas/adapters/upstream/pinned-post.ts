import type { LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pinnedTo, readText } from './pinned-get.ts';

interface PinnedPost {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}

/** Posts a form to addresses already judged, as `pinnedGet` gets; undefined where no whole answer came. */
export async function pinnedPost(
  post: PinnedPost,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const response = await respond(post);
    const text = await readText(response, post.maximumBytes);
    return text.ok ? { status: response.statusCode ?? 0, text: text.value } : undefined;
  } catch {
    return undefined;
  }
}

function respond({ url, addresses, headers, body, signal }: PinnedPost): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const length = String(Buffer.byteLength(body));
    const fixed = { accept: 'text/xml', 'accept-encoding': 'identity', 'content-length': length };
    const options = { method: 'POST', agent: false, lookup: pinnedTo(addresses), signal };
    request(url, { ...options, headers: { ...headers, ...fixed } })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => {
        reject(new Error('closed without a response'));
      })
      .end(body);
  });
}
