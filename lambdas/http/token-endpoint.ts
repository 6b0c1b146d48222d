import { formatScope } from '../oauth/scope/scope.ts';
import type { GrantedToken, RequestToken } from '../oauth/token-request.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { json } from './respond.ts';

/** `/token`. */
export function tokenHttpEndpoint(requestToken: RequestToken, clock: Clock): Endpoint {
  return clientEndpoint(requestToken, granted, clock);
}

/** RFC 6749 §5.1: with the refresh token in the same answer, each time it changes (IX-40). */
function granted(
  { accessToken, expiresAt, plan, refreshToken, idToken }: GrantedToken,
  now: Instant,
): HttpResponse {
  const body = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresAt - now,
    scope: formatScope(plan.scope),
    ...(refreshToken && { refresh_token: refreshToken.reveal() }),
    ...(idToken !== undefined && { id_token: idToken }),
  };
  return json(200, body, { pragma: 'no-cache' });
}
