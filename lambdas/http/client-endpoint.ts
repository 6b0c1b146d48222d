import type { ClientRequest } from '../oauth/client-request.ts';
import { toWire, type Refusal } from '../oauth/refusal.ts';
import { readClientCertificate } from '../oauth/mutual-tls/client-certificate.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import { readAuthorizationHeader } from './authorization-header.ts';
import { bodyRefused } from './body-refusal.ts';
import { readForm } from './form.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { json } from './respond.ts';

/** An endpoint where clients prove themselves: POST alone, and nothing is read from the URL (RFC 6749 §3.2). */
export function clientEndpoint<Value>(
  decide: (
    request: ClientRequest,
    now: Instant,
    headers: HttpRequest['headers'],
  ) => Promise<Result<Value, Refusal>>,
  answer: (value: Value, now: Instant) => HttpResponse,
  clock: Clock,
): Endpoint {
  return methods({
    POST: async (request) => {
      const form = readForm(request);
      if (!form.ok) return bodyRefused(form.refusal);
      const now = clock();
      const { requestId, sourceAddress } = request;
      const authorization = readAuthorizationHeader(request.headers['authorization']);
      const certificate = readClientCertificate(request.clientCertificate);
      const decided = { parameters: form.value, authorization, certificate, requestId, sourceAddress };
      const outcome = await decide(decided, now, request.headers);
      return outcome.ok ? answer(outcome.value, now) : refusedClient(outcome.refusal, request);
    },
  });
}

/** The error that a client is answered. */
export function refusedClient(refusal: Refusal, request: HttpRequest): HttpResponse {
  const { status, error, description, retryAfter, dpopNonce, members } = toWire(refusal);
  // RFC 6749 §5.2: a client that tried the Authorization header is told the scheme to use there.
  const challenge = status === 401 && request.headers['authorization'] !== undefined;
  const headers = {
    ...(challenge && { 'www-authenticate': 'Basic realm="vestibule", charset="UTF-8"' }),
    ...(dpopNonce !== undefined && { 'dpop-nonce': dpopNonce }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  };
  return json(status, { ...members, error, error_description: description }, headers);
}
