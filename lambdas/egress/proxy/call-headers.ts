import type { EgressApi } from '../../ports/egress-providers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { badCall, type CallRefusal } from './refusal.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What of a request goes on. Who calls, from where and through whom is not for the third party, and credentials are ours. */
const passed = [
  ...['accept', 'accept-language', 'content-type', 'content-language', 'idempotency-key', 'prefer', 'range'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
] as const;

/** By these a server takes a request for one of another method than its rule allows. */
const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-original-method'];

/** What a declaration can not let through: it says who calls us, or is of the connection. */
const never =
  /^(?:authorization|cookie2?|dpop|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|forwarded|via|content-length|content-encoding|accept-encoding|(?:x-forwarded|proxy|sec|vestibule)-.*)$/;

/** Sent twice they are joined by a comma, and a server takes one or the other. */
const single = [
  'content-type',
  'content-length',
  'host',
  'idempotency-key',
  'content-encoding',
  'vestibule-origin',
];

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const text = /^[\t\x20-\x7e]*$/;

/** The headers of a call: those that go on to any third party, those that this one takes of agents, and those that it is always sent. */
export function readCallHeaders(
  headers: Headers,
  { headers: fixed, requestHeaders = [] }: Pick<EgressApi, 'headers' | 'requestHeaders'>,
): Result<Readonly<Record<string, string>>, CallRefusal> {
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (sent.some(([name]) => !token.test(name))) {
    return badCall('header_malformed', 'the name of a header must be a token');
  }
  if (sent.some(([name]) => overrides.includes(name))) {
    return badCall('method_overridden', 'the method of the call must be that of the request');
  }
  if (single.some((name) => headers[name]?.includes(','))) {
    return badCall('header_repeated', `send each of these at most once: ${single.join(' ')}`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return badCall('body_encoded', 'send the body as it is, without a Content-Encoding');
  }
  const further = requestHeaders.filter((name) => !never.test(name));
  const own = [...passed, ...further].flatMap((name): [string, string][] => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  if (own.some(([, value]) => !text.test(value))) {
    return badCall('header_malformed', 'the values of headers must be printable ASCII');
  }
  const always = fixed.map(({ name, value }) => [name.toLowerCase(), value] as const);
  return ok(Object.fromEntries([...own, ...always]));
}
