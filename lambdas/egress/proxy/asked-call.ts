import type { EgressApi, EgressCredential } from '../../ports/egress-providers.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type CallBody, readCallBody } from './call-body.ts';
import { readCallHeaders } from './call-headers.ts';
import { type CallPath, readCallPath } from './call-path.ts';
import { readCallQuery } from './call-query.ts';
import { badCall, type CallRefusal } from './refusal.ts';

/** A request for a call, as it came to us. */
export interface EgressRequest {
  readonly provider: EgressProviderId;
  /** Below the provider's own, decoded. */
  readonly path: string;
  readonly method: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly requestId: string;
  readonly sourceAddress: string;
}

/** What is asked of the third party; no rule was held against it yet. */
export interface AskedCall {
  readonly method: string;
  readonly path: CallPath;
  readonly query: string;
  /** Those that go on. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly body: CallBody;
  /** That the call is to go to; undefined: the first. */
  readonly origin: string | undefined;
}

/** Each way, so that a whole answer of ours fits what a function may answer. */
export const largestBody = 4_194_304;

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);

export function readAskedCall(
  { method, path: decoded, query: sent, headers: all, body: bytes }: EgressRequest,
  { api, credential }: { readonly api: EgressApi; readonly credential: EgressCredential },
): Result<AskedCall, CallRefusal> {
  if (!methods.has(method)) return badCall('method_unknown', `use one of ${[...methods].join(' ')}`);
  if (bytes.byteLength > largestBody) return tooLarge;
  if (bytes.byteLength > 0 && (method === 'GET' || method === 'HEAD')) {
    return badCall('body_unexpected', 'GET and HEAD have no body');
  }
  const path = readCallPath(decoded, all['vestibule-path']);
  if (!path.ok) return path;
  const query = readCallQuery(sent, keyNameOf(credential));
  if (!query.ok) return query;
  const headers = readCallHeaders(all, api);
  if (!headers.ok) return headers;
  const body = readCallBody(all['content-type'], bytes);
  if (!body.ok) return body;
  const origin = all['vestibule-origin'];
  return ok({
    ...{ method, bytes, origin, path: path.value, query: query.value },
    ...{ headers: headers.value, body: body.value },
  });
}

const tooLarge = refuse({
  ...{ reason: 'body_too_large', status: 413, error: 'content_too_large' },
  description: `the body is larger than ${largestBody} bytes`,
} as const);

function keyNameOf(credential: EgressCredential): string | undefined {
  return credential.kind === 'api_key' && credential.place === 'query' ? credential.name : undefined;
}
