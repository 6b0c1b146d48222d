import type { DocumentRefusal } from '../../ports/documents.ts';
import type { KeyAuthentication } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { ClientRefusal } from '../refusal.ts';
import type { ReadAssertion } from './assertion.ts';
import { type ClientKeys, coolDown, isHostDown } from './client-keys.ts';
import { candidates, isSignedByOneOf } from './signature.ts';

/** Judges what of an assertion needs the client that it names: whose signature it is, and its audience. */
export async function verifyAssertion(
  keys: ClientKeys,
  method: KeyAuthentication,
  assertion: Secret,
  read: ReadAssertion,
  now: Instant,
): Promise<Result<true, ClientRefusal>> {
  const found = await keys.find(method.keys, (all) => candidates(all, read).length > 0, now);
  if (!found.ok) return refuse(withoutKeys(found.refusal));
  const isSigned = await isSignedByOneOf(candidates(found.value, read), assertion, read.algorithm);
  if (!isSigned) return refuse({ reason: 'assertion_not_verified' });
  // rfc7523bis §4: the token endpoint is an audience only for a client that was registered so.
  const isForUs = read.audience === 'issuer' || method.acceptsTokenEndpointAudience;
  return isForUs
    ? ok(true)
    : refuse({ reason: 'assertion_not_acceptable', detail: 'must have the issuer as its only aud' });
}

/** While the client's own host is down nothing is decided of that client; what its operators have to mend is told. */
function withoutKeys(refusal: DocumentRefusal): ClientRefusal {
  return isHostDown(refusal)
    ? { reason: 'assertion_keys_out_of_reach', retryAfterSeconds: coolDown }
    : { reason: 'assertion_keys_not_fetched', fetch: refusal.reason };
}
