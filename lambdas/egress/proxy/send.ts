import type { SendToThirdParty, ThirdPartyFailure, ThirdPartyReply } from '../../ports/third-party-calls.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { Bearing } from './bearing.ts';
import { targetIn } from './proxied-address.ts';

/** A call that a rule allows. */
export interface AllowedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Where calls may go. */
  readonly origins: readonly string[];
  /** Whether a rule allows the same call there. */
  readonly isAllowed: (url: URL) => boolean;
}

/** An answer, and the address that gave it. */
export interface Answered {
  readonly reply: ThirdPartyReply;
  readonly from: string;
}

const mostRedirects = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** RFC 9110 §9.2.1: they change nothing, and may be sent again. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Sends a call with the credential, and on to where the answer says as long as a rule allows the call there too. */
export async function sendCall(
  send: SendToThirdParty,
  call: AllowedCall,
  bearing: Bearing,
): Promise<Result<Answered, ThirdPartyFailure>> {
  let from = call.url;
  for (let left = mostRedirects; ; left -= 1) {
    const sent = await sendFirmly(send, call, from, bearing);
    if (!sent.ok) return sent;
    const next = left > 0 ? redirectOf(call, sent.value, from) : undefined;
    if (next === undefined) return ok({ reply: sent.value, from });
    from = next;
  }
}

async function sendFirmly(
  send: SendToThirdParty,
  { method, headers, body }: AllowedCall,
  address: string,
  bearing: Bearing,
): Promise<Result<ThirdPartyReply, ThirdPartyFailure>> {
  const url = withQuery(address, bearing.query);
  const once = () => send({ method, url, body, headers: { ...headers, ...bearing.headers } });
  const first = await once();
  const isLost = !first.ok && (first.refusal === 'unreached' || first.refusal === 'broken');
  return isLost && safe.has(method) ? once() : first;
}

function withQuery(address: string, query: string): string {
  if (query === '') return address;
  return `${address}${address.includes('?') ? '&' : '?'}${query}`;
}

function redirectOf(
  { method, origins, isAllowed }: AllowedCall,
  { status, headers: { location } }: ThirdPartyReply,
  from: string,
): string | undefined {
  if (location === undefined || !redirects.has(status) || (method !== 'GET' && method !== 'HEAD'))
    return undefined;
  const url = targetIn(origins, location, from);
  return url !== undefined && isAllowed(url) ? url.href : undefined;
}
