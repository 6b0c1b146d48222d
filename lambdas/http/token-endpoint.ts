import { toWire, type Refusal } from '../oauth/refusal.ts';
import { formatScope } from '../oauth/scope/scope.ts';
import type { GrantedToken, RequestToken } from '../oauth/token-request.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import { readAuthorizationHeader } from './authorization-header.ts';
import { bodyRefused } from './body-refusal.ts';
import { readForm } from './form.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { errorJson, json } from './respond.ts';

/** `/token`: POST alone, and nothing is read from the URL (RFC 6749 §3.2). */
export function tokenHttpEndpoint(requestToken: RequestToken, clock: Clock): Endpoint {
  return methods({
    POST: async (request) => {
      const form = readForm(request);
      if (!form.ok) return bodyRefused(form.refusal);
      const now = clock();
      const { requestId, sourceAddress } = request;
      const authorization = readAuthorizationHeader(request.headers['authorization']);
      const outcome = await requestToken(
        { parameters: form.value, authorization, requestId, sourceAddress },
        now,
      );
      return outcome.ok ? granted(outcome.value, now) : refused(outcome.refusal, request);
    },
  });
}

/** RFC 6749 §5.1. */
function granted({ accessToken, expiresAt, plan }: GrantedToken, now: Instant): HttpResponse {
  const body = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresAt - now,
    scope: formatScope(plan.scope),
  };
  return json(200, body, { pragma: 'no-cache' });
}

function refused(refusal: Refusal, request: HttpRequest): HttpResponse {
  const { status, error, description } = toWire(refusal);
  // RFC 6749 §5.2: a client that tried the Authorization header is told the scheme to use there.
  const challenge = status === 401 && request.headers['authorization'] !== undefined;
  return errorJson(
    status,
    error,
    description,
    challenge ? { 'www-authenticate': 'Basic realm="vestibule", charset="UTF-8"' } : {},
  );
}
