import type { Pushed, PushRequest } from '../oauth/par/push-request.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { json } from './respond.ts';

/** `/par`. */
export function parHttpEndpoint(push: PushRequest, clock: Clock): Endpoint {
  return clientEndpoint((request, now, { dpop: proof }) => push({ ...request, proof }, now), kept, clock);
}

/** RFC 9126 §2.2. */
function kept({ requestUri, expiresAt }: Pushed, now: Instant): HttpResponse {
  return json(201, { request_uri: requestUri.reveal(), expires_in: expiresAt - now });
}
