import type { EgressApi } from '../../ports/egress-providers.ts';
import type { ThirdPartyReply } from '../../ports/third-party-calls.ts';
import { proxiedAddress, type Proxied } from './proxied-address.ts';

const passed = new Set([
  ...[
    'content-type',
    'content-language',
    'etag',
    'last-modified',
    'retry-after',
    'accept-ranges',
    'content-range',
  ],
  ...['x-request-id', 'request-id', 'deprecation', 'sunset'],
]);
const families = ['x-ratelimit-', 'ratelimit'];

/** What a declaration can not let through: it would speak for us, or to the browser about us. */
const never =
  /^(?:set-cookie|access-control-|vestibule-|www-authenticate|connection|transfer-encoding|content-length|content-encoding|content-security-policy|clear-site-data|strict-transport-security|alt-svc|dpop-nonce)/;

/** What a browser shows as a page, or runs, on the origin of the pages where people consent. */
const harmless = /^(?:application\/(?:[\w.+-]+\+)?json|text\/plain)\s*(?:;|$)/i;

/** So that nothing that comes from elsewhere does anything at our origin. */
export const inertHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
} as const;

/** What of an answer the agent sees. `from`: the address that answered. */
export function answerHeaders(
  { status, headers }: ThirdPartyReply,
  api: EgressApi,
  proxied: Proxied,
  from: string,
): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => isPassed(name, api));
  const type = headers['content-type'] ?? 'application/octet-stream';
  return {
    ...Object.fromEntries(own),
    'content-type': type,
    ...(status >= 300 && status < 400 && located(headers['location'], proxied, from)),
    ...linked(headers['link'], proxied, from),
    ...(!harmless.test(type) && { 'content-disposition': 'attachment' }),
    ...inertHeaders,
  };
}

function isPassed(name: string, { responseHeaders }: EgressApi): boolean {
  if (never.test(name) || name === 'location' || name === 'link') return false;
  return (
    passed.has(name) || families.some((family) => name.startsWith(family)) || responseHeaders.includes(name)
  );
}

function located(
  location: string | undefined,
  proxied: Proxied,
  from: string,
): Readonly<Record<string, string>> {
  const address = location === undefined ? undefined : proxiedAddress(proxied, location, from);
  if (address === undefined) return {};
  const { uri, origin } = address;
  return { location: uri, ...(origin !== undefined && { 'vestibule-origin': origin }) };
}

/** RFC 8288 §3: the pages before and after are reached through us too; what is elsewhere is left out. */
function linked(link: string | undefined, proxied: Proxied, from: string): Readonly<Record<string, string>> {
  const links = [
    ...(link ?? '').matchAll(/<([^<>]*)>((?:\s*;\s*[\w*!-]+(?:=(?:"[^"<>\\]*"|[^\s",;<>]*))?)*)/g),
  ];
  const mapped = links.flatMap(([, target = '', parameters = '']) => {
    const address = proxiedAddress(proxied, target, from);
    return address === undefined || address.origin !== undefined ? [] : [`<${address.uri}>${parameters}`];
  });
  return mapped.length === 0 ? {} : { link: mapped.join(', ') };
}
