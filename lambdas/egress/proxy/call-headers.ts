import type { NamedValue } from '../../ports/egress-providers.ts';
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

/** The headers of a call, `fixed` among them: those that the third party is always sent. */
export function readCallHeaders(
  headers: Headers,
  fixed: readonly NamedValue[],
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
  const own = passed.flatMap((name): [string, string][] => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  if (own.some(([, value]) => !text.test(value))) {
    return badCall('header_malformed', 'the values of headers must be printable ASCII');
  }
  const always = fixed.map(({ name, value }) => [name.toLowerCase(), value] as const);
  return ok(Object.fromEntries([...own, ...always]));
}
