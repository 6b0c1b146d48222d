import type { Revoke } from '../oauth/revocation/revocation-endpoint.ts';
import type { Clock } from '../runtime/clock.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint } from './message.ts';
import { json } from './respond.ts';

/** `/revoke`. */
export function revocationHttpEndpoint(revoke: Revoke, clock: Clock): Endpoint {
  // RFC 7009 §2.2: one answer, whatever became of the token and whoever's it was.
  return clientEndpoint(revoke, () => json(200, {}), clock);
}
