import type { Introspect, Introspection } from '../oauth/introspection/introspection-endpoint.ts';
import type { Clock } from '../runtime/clock.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { json } from './respond.ts';

/** `/introspect`. */
export function introspectionHttpEndpoint(introspect: Introspect, clock: Clock): Endpoint {
  return clientEndpoint(introspect, answered, clock);
}

function answered(introspection: Introspection): HttpResponse {
  // RFC 7662 §2.2: of a token that does not count, nothing is said but that it does not.
  if (!introspection.active) return json(200, { active: false });
  const { iss, sub, aud, client_id, agent_id, scope, jti, iat, exp } = introspection.token;
  return json(200, {
    active: true,
    token_type: 'Bearer',
    ...{ iss, sub, aud, client_id, agent_id, scope, jti, iat, exp },
  });
}
