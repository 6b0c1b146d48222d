import type { EnrolmentName } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { EnrolmentPorts } from './enrol.ts';
import { holdRegistration } from './held-registration.ts';

/**
 * What became of a client at a provider. `refused`: it may still be there, and is tried again by the next sweep. `unknown`: the
 * token by which it could be removed is lost, or the client is gone.
 */
export type Left =
  | { readonly outcome: 'removed' | 'gone' | 'refused' | 'unknown'; readonly upstreamId: string }
  | { readonly outcome: 'not_enrolled' };

/**
 * Removes a client of ours from a provider. It is forgotten only after it is gone there: tried again after a lost reply, it
 * finds nothing there, and that is as good.
 */
export async function leave(
  ports: EnrolmentPorts,
  idp: IdentityProvider,
  name: EnrolmentName,
): Promise<Left> {
  const { enrolments, upstream } = ports;
  const kept = await enrolments.find(name);
  if (kept === undefined) return { outcome: 'not_enrolled' };
  const { upstreamId, unsure } = kept;
  const held = await holdRegistration(ports, kept, 'removal');
  const outcome = await upstream.remove(idp, {
    id: upstreamId,
    ...(held && { registration: held.registration }),
  });
  if (outcome === 'refused') return { outcome, upstreamId };
  await enrolments.forget(name);
  // A token that is not taken is that of a client that is gone, or it was replaced by one that never reached us.
  return { outcome: outcome === 'gone' && unsure ? 'unknown' : outcome, upstreamId };
}
