import type { LookupAddress } from 'node:dns';
import { readText } from './pinned-get.ts';
import { pinnedRequest } from './pinned-request.ts';

interface PinnedPost {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}

/** Posts a form to addresses already judged, as `pinnedGet` gets; undefined where no whole answer came. */
export async function pinnedPost({
  maximumBytes,
  ...post
}: PinnedPost): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const headers = { ...post.headers, accept: 'text/xml' };
    const response = await pinnedRequest({ ...post, method: 'POST', headers });
    const text = await readText(response, maximumBytes);
    return text.ok ? { status: response.statusCode ?? 0, text: text.value } : undefined;
  } catch {
    return undefined;
  }
}
