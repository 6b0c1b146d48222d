import { refreshTokenType } from '../oauth/exchange/token-types.ts';
import type { TokenPlan } from '../oauth/grants/grant.ts';
import { formatScope } from '../oauth/scope/scope.ts';
import type { GrantedToken, RequestToken } from '../oauth/token-request.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { json } from './respond.ts';

/** `/token`. */
export function tokenHttpEndpoint(requestToken: RequestToken, clock: Clock): Endpoint {
  return clientEndpoint(
    (request, now, { dpop: proof }) => requestToken({ ...request, proof }, now),
    granted,
    clock,
  );
}

/** RFC 6749 §5.1: with the refresh token in the same answer, each time it changes (IX-40). */
function granted(
  { accessToken, expiresAt, plan, refreshToken, idToken, issuedTokenType, dpopNonce }: GrantedToken,
  now: Instant,
): HttpResponse {
  const body = {
    access_token: accessToken,
    // RFC 9449 §5: so that the client presents it with a proof.
    token_type: typeOf(plan, issuedTokenType),
    // RFC 8693 §2.2.1.
    ...(issuedTokenType !== undefined && { issued_token_type: issuedTokenType }),
    expires_in: expiresAt - now,
    // RFC 9396 §7: so that whoever bears it knows which requests it is good for.
    ...(plan.egress && { authorization_details: [plan.egress] }),
    ...((plan.scope.length > 0 || plan.identity === undefined) && { scope: formatScope(plan.scope) }),
    ...(refreshToken && { refresh_token: refreshToken.reveal() }),
    ...(idToken !== undefined && { id_token: idToken }),
  };
  // RFC 9449 §8.2: told before the last one is too old, it spares the client a refusal.
  return json(200, body, { pragma: 'no-cache', ...(dpopNonce !== undefined && { 'dpop-nonce': dpopNonce }) });
}

/** RFC 8693 §2.2.1: what no resource takes has no type. */
function typeOf(
  { jkt, asserted, identity }: TokenPlan,
  issued: string | undefined,
): 'Bearer' | 'DPoP' | 'N_A' {
  if (asserted !== undefined || identity !== undefined || issued === refreshTokenType) return 'N_A';
  return jkt === undefined ? 'Bearer' : 'DPoP';
}
