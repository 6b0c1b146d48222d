import { isWebAddress } from './addresses.ts';
import { proveClient, type ExchangeClient } from './client-proof.ts';
import { ExchangeError, type ExchangeErrorDetails, type ExchangeErrorKind } from './exchange-error.ts';
import type { Fetch } from './key-set-document.ts';

/** A token for one target, in the name of whoever the received one speaks for. */
export interface ExchangedToken {
  readonly accessToken: string;
  readonly scopes: readonly string[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export interface ExchangeQuestion {
  readonly token: string;
  readonly target: string;
  readonly scopes: readonly string[];
}

export interface TokenEndpoint {
  readonly issuer: string;
  readonly url: string;
  readonly client: ExchangeClient;
  readonly fetch: Fetch;
  /** Seconds since 1970. */
  readonly now: () => number;
}

const timeoutMilliseconds = 10_000;
/** Where the issuer says nothing of when to try again. */
const pauseSeconds = 5;

/** Exchanges one token, by one request (RFC 8693 §2.1). Throws an `ExchangeError`, or what the proof of the client throws. */
export async function requestExchange(
  { issuer, url, client, fetch, now }: TokenEndpoint,
  { token, target, scopes }: ExchangeQuestion,
): Promise<ExchangedToken> {
  const askedAt = now();
  const { headers, parameters } = await proveClient(client, { issuer, now: askedAt });
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    // RFC 8693 §2.1: a URI where the target has one, and the name that it goes by where it has none.
    [isWebAddress(target) ? 'resource' : 'audience']: target,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...parameters,
  });
  const response = await fetched(fetch, url, target, {
    ...{ method: 'POST', body: form },
    headers: { accept: 'application/json', ...headers },
  });
  const body = await bodyOf(response);
  if (response.status !== 200) throw refused(response, body, target);
  return tokenOf(body, { target, scopes, askedAt });
}

async function fetched(fetch: Fetch, url: string, target: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMilliseconds) });
  } catch {
    throw new ExchangeError('unavailable', target, {
      ...{ description: 'the issuer does not answer', retryAfterSeconds: pauseSeconds },
    });
  }
}

type Body = Readonly<Record<string, unknown>>;

async function bodyOf(response: Response): Promise<Body> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Body) : {};
  } catch {
    return {};
  }
}

// RFC 8693 §2.2.1.
function tokenOf(
  { access_token: accessToken, token_type: type, expires_in: life, scope }: Body,
  { target, scopes, askedAt }: Pick<ExchangeQuestion, 'target' | 'scopes'> & { readonly askedAt: number },
): ExchangedToken {
  if (typeof accessToken !== 'string' || accessToken === '' || typeof life !== 'number') {
    const description = 'the issuer answered with something else than a token';
    throw new ExchangeError('unavailable', target, { description, retryAfterSeconds: pauseSeconds });
  }
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    const description = 'the issuer answered with a token that nobody can simply bear';
    throw new ExchangeError('misconfigured', target, { description });
  }
  // RFC 6749 §5.1: a scope that is not told is the one that was asked.
  const granted = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : scopes;
  return { accessToken, scopes: granted, expiresAt: askedAt + life };
}

/** The codes by which an authorization server says that only the person can go on. */
const interactive: readonly string[] = [
  ...['interaction_required', 'login_required', 'consent_required'],
  'insufficient_user_authentication',
];

function refused(response: Response, body: Body, target: string): ExchangeError {
  const kind = kindOf(response.status, body['error']);
  const retryAfter = Number(response.headers.get('retry-after') ?? pauseSeconds);
  return new ExchangeError(kind, target, {
    ...textOf('error', body, ['error']),
    ...textOf('description', body, ['error_description']),
    ...textOf('uri', body, ['interaction_uri', 'authorization_uri', 'error_uri']),
    ...textOf('claims', body, ['claims']),
    ...textOf('acrValues', body, ['acr_values']),
    ...(kind === 'unavailable' && {
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : pauseSeconds,
    }),
  });
}

/** The first of the members that is there, as `name`. */
function textOf(
  name: Exclude<keyof ExchangeErrorDetails, 'retryAfterSeconds'>,
  body: Body,
  members: readonly string[],
): ExchangeErrorDetails {
  const found = members.map((member) => body[member]).find((value) => typeof value === 'string');
  return found === undefined ? {} : { [name]: found };
}

function kindOf(status: number, error: unknown): ExchangeErrorKind {
  if (typeof error === 'string' && interactive.includes(error)) return 'interaction_required';
  if (status === 401 || error === 'invalid_client') return 'misconfigured';
  // RFC 6749 §5.2 answers no other refusal with another status.
  return status === 400 || status === 403 ? 'forbidden' : 'unavailable';
}
