import { introspectionMembers } from '../oauth/introspection/introspection-answer.ts';
import type { Introspect } from '../oauth/introspection/introspection-endpoint.ts';
import type { Introspection } from '../oauth/introspection/introspection.ts';
import type { Clock } from '../runtime/clock.ts';
import { introspectionJwt, prefersSigned } from './accept.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { json, signed } from './respond.ts';

/** `/introspect`. */
export function introspectionHttpEndpoint(introspect: Introspect, clock: Clock): Endpoint {
  return clientEndpoint(
    (request, now, { accept }) => introspect({ ...request, wantsSigned: prefersSigned(accept) }, now),
    answered,
    clock,
  );
}

function answered(introspection: Introspection): HttpResponse {
  const { jwt } = introspection;
  return jwt === undefined ? json(200, introspectionMembers(introspection)) : signed(introspectionJwt, jwt);
}
