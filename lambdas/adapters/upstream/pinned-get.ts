import type { LookupAddress } from 'node:dns';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { DocumentRefusal } from '../../ports/documents.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { pinnedRequest } from './pinned-request.ts';

interface PinnedGet {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}

interface Got {
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

const jsonType = /^application\/(?:json|[a-z0-9.+-]+\+json)\s*(?:;|$)/i;

/** Gets one document from addresses already judged: no redirect, no second look-up, no connection kept or shared. */
export async function pinnedGet({
  url,
  addresses,
  maximumBytes,
  signal,
}: PinnedGet): Promise<Result<Got, DocumentRefusal>> {
  try {
    const headers = { accept: 'application/json' };
    const response = await pinnedRequest({ url, addresses, signal, headers });
    const refusal = judge(response);
    if (refusal !== undefined) {
      response.destroy();
      return refuse(refusal);
    }
    const text = await readText(response, maximumBytes);
    return text.ok ? ok({ text: text.value, headers: response.headers }) : text;
  } catch {
    return refuse({ reason: signal.aborted ? 'timed_out' : 'unreachable' });
  }
}

function judge({ statusCode = 0, headers }: IncomingMessage): DocumentRefusal | undefined {
  if (statusCode !== 200) return { reason: 'status_not_ok', status: statusCode };
  return jsonType.test(headers['content-type'] ?? '') ? undefined : { reason: 'not_json' };
}

export async function readText(
  response: IncomingMessage,
  maximumBytes: number,
): Promise<Result<string, DocumentRefusal>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop destroys the response, so that what follows is never received.
    if (size > maximumBytes) return refuse({ reason: 'too_large' });
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}
