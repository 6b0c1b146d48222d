import { isWebAddress } from '../token-client/addresses.ts';
import { needsPerson, readRefusal, type Refusal } from '../token-client/refusal-answer.ts';
import { retryAfterOf } from '../token-client/retry-after.ts';
import { readTokenAnswer } from '../token-client/token-answer.ts';
import { accessTokenType } from '../token-client/token-types.ts';
import { proveClient, type ExchangeClient } from './client-proof.ts';
import { ExchangeError, type ExchangeErrorDetails, type ExchangeErrorKind } from './exchange-error.ts';
import type { Fetch } from './key-set-document.ts';
import type { ProofKey } from './proof-key.ts';

/** A token for one target, in the name of whoever the received one speaks for. */
export interface ExchangedToken {
  readonly accessToken: string;
  /** How it is presented: a `DPoP` one with a proof of the exchanger's key for each request (RFC 9449 §7.1). */
  readonly tokenType: 'Bearer' | 'DPoP';
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
  /** The key that tokens are to be bound to. */
  readonly key: ProofKey | undefined;
  readonly fetch: Fetch;
  /** Seconds since 1970. */
  readonly now: () => number;
}

const timeoutMilliseconds = 10_000;
/** Where the issuer says nothing of when to try again. */
const pauseSeconds = 5;

/** Exchanges one token (RFC 8693 §2.1). Throws an `ExchangeError`, or what the proof of the client throws. */
export async function requestExchange(
  endpoint: TokenEndpoint,
  question: ExchangeQuestion,
): Promise<ExchangedToken> {
  const { url, key, now } = endpoint;
  const { target } = question;
  for (let told = false; ; told = true) {
    const asked = now();
    const request = await requestFor(endpoint, question, asked);
    const response = await fetched(endpoint.fetch, url, target, request);
    key?.learn(url, response);
    if (response.status === 200)
      return issued(response, question, { asked, wanted: key ? 'DPoP' : 'Bearer' });
    const refusal = await readRefusal(response, request);
    // RFC 9449 §8: the nonce came along, and goes into the next proof.
    const isTold = refusal?.error === 'use_dpop_nonce' && key !== undefined && !told;
    if (!isTold) throw refused(response, refusal, { target, now: now() });
  }
}

/** Proven anew each time: neither an assertion nor a proof is good twice. */
async function requestFor(
  { issuer, url, client, key }: TokenEndpoint,
  { token, target, scopes }: ExchangeQuestion,
  now: number,
): Promise<RequestInit> {
  const { headers, parameters } = await proveClient(client, { issuer, now });
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: accessTokenType,
    // RFC 8693 §2.1: a URI where the target has one, and the name that it goes by where it has none.
    [isWebAddress(target) ? 'resource' : 'audience']: target,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...parameters,
  });
  const dpop = await key?.prove({ method: 'POST', url });
  return {
    ...{ method: 'POST', body },
    headers: { accept: 'application/json', ...headers, ...(dpop !== undefined && { dpop }) },
  };
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

// RFC 8693 §2.2.1.
async function issued(
  response: Response,
  { target, scopes }: ExchangeQuestion,
  question: Parameters<typeof readTokenAnswer>[1],
): Promise<ExchangedToken> {
  const answer = await readTokenAnswer(response, question);
  const token = answer.kind === 'issued' ? answer.token : undefined;
  if (answer.kind === 'other_type' || token?.type === 'N_A') {
    const description = `the issuer answered with something else than the ${question.wanted} token that was asked`;
    throw new ExchangeError('misconfigured', target, { description });
  }
  if (token?.expiresAt === undefined) {
    const description = 'the issuer answered with something else than a token';
    throw new ExchangeError('unavailable', target, { description, retryAfterSeconds: pauseSeconds });
  }
  return {
    ...{ accessToken: token.value, tokenType: question.wanted, expiresAt: token.expiresAt },
    // RFC 6749 §5.1: a scope that is not told is the one that was asked.
    scopes: token.scope?.split(' ').filter((name) => name !== '') ?? scopes,
  };
}

function refused(
  response: Response,
  refusal: Refusal | undefined,
  { target, now }: { readonly target: string; readonly now: number },
): ExchangeError {
  const kind = kindOf(response.status, refusal);
  const pause = retryAfterOf(response, now) ?? pauseSeconds;
  return new ExchangeError(kind, target, {
    ...detailsOf(refusal),
    ...(kind === 'unavailable' && { retryAfterSeconds: pause }),
  });
}

function detailsOf(refusal: Refusal | undefined): ExchangeErrorDetails {
  const said = Object.entries(refusal ?? {}) as readonly (readonly [string, string | undefined])[];
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

/** Of this server's own client, or of its key. */
const ownFaults: readonly string[] = ['invalid_client', 'invalid_dpop_proof', 'use_dpop_nonce'];

function kindOf(status: number, refusal: Refusal | undefined): ExchangeErrorKind {
  if (refusal !== undefined && needsPerson(refusal)) return 'interaction_required';
  if (status === 401 || ownFaults.includes(refusal?.error ?? '')) return 'misconfigured';
  // RFC 6749 §5.2 answers no other refusal with another status.
  return status === 400 || status === 403 ? 'forbidden' : 'unavailable';
}
