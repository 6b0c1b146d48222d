/**
 * What carries a request: Node's `IncomingMessage`, an Express request, a Fetch `Request` or a Lambda event all fit.
 * Header names of a record may be in any case.
 */
export interface RequestLike {
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Node's flat list of names and values, which alone shows that a header was sent twice. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** The method of the request; without it no proof of a key can be judged. */
  readonly method?: string | undefined;
  /** Path or URL with its query, searched for a token in the wrong place. */
  readonly url?: string | undefined;
  /**
   * The certificate of the TLS connection in PEM or DER, for tokens that are bound to one (RFC 8705 §3). Whoever fills it in has it of the
   * connection itself, and never of a header that a caller could write.
   */
  readonly clientCertificate?: string | Uint8Array | undefined;
}

export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly description: string }
  | { readonly kind: 'bearer' | 'dpop'; readonly token: string };

const scheme = /^(bearer|dpop)(?: +|$)/i;
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Finds the access token of a request, or of the value of its Authorization header. Pure. */
export function readCredential(input: string | null | undefined | RequestLike): Credential {
  if (input === undefined || input === null) return { kind: 'none' };
  if (typeof input === 'string') return readAuthorization([input]);
  // RFC 9700 §4.3.2: a token in a URL ends up in logs and histories, so none is taken from there.
  if (queryOf(input.url).has('access_token')) {
    return malformed('An access token travels in the Authorization header, never in the URL');
  }
  return readAuthorization(headerValues(input, 'authorization'));
}

/** The DPoP header; several are joined as a proxy would, which makes them no proof (RFC 9449 §4.3). */
export function readProofHeader(input: RequestLike): string | undefined {
  const values = headerValues(input, 'dpop');
  return values.length === 0 ? undefined : values.join(', ');
}

function readAuthorization(values: readonly string[]): Credential {
  if (values.length > 1) return malformed('The Authorization header was sent more than once');
  const value = values[0]?.trim() ?? '';
  const [found, name] = scheme.exec(value) ?? [];
  // RFC 6750 §3: another scheme is a request without authentication, answered without an error code.
  if (found === undefined) return { kind: 'none' };
  const token = value.slice(found.length);
  // RFC 6750 §2.1: one b64token; a proxy that folded two headers into one leaves a comma.
  return b64token.test(token)
    ? { kind: name?.toLowerCase() === 'dpop' ? 'dpop' : 'bearer', token }
    : malformed('The Authorization header does not hold one access token');
}

/** `wanted` is in lower case. */
function headerValues({ headers, rawHeaders = [] }: RequestLike, wanted: string): readonly string[] {
  const sent = rawHeaders.filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === wanted);
  if (sent.length > 0) return sent;
  if (isFetchHeaders(headers)) {
    const value = headers.get(wanted);
    return value === null ? [] : [value];
  }
  return Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === wanted)
    .flatMap(([, value]) => value ?? []);
}

/** By what they can do: other implementations than the global one are about. */
function isFetchHeaders(headers: RequestLike['headers']): headers is Headers {
  return typeof (headers as { readonly get?: unknown }).get === 'function';
}

function queryOf(url: string | undefined): URLSearchParams {
  const [, query = ''] = /\?([^#]*)/.exec(url ?? '') ?? [];
  return new URLSearchParams(query);
}

function malformed(description: string): Credential {
  return { kind: 'malformed', description };
}
