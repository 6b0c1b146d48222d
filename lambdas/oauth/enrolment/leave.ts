import type { EnrolmentName } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { EnrolmentPorts } from './enrol.ts';

/** What became of a client at a provider; `refused`: it may still be there, and is tried again by the next sweep. */
export type Left =
  | { readonly outcome: 'removed' | 'gone' | 'refused'; readonly upstreamId: string }
  | { readonly outcome: 'not_enrolled' };

/**
 * Removes a client of ours from a provider. It is forgotten only after it is gone there: tried again after a lost reply, it
 * finds nothing there, and that is as good.
 */
export async function leave(
  { enrolments, seals, upstream }: EnrolmentPorts,
  idp: IdentityProvider,
  name: EnrolmentName,
): Promise<Left> {
  const kept = await enrolments.find(name);
  if (kept === undefined) return { outcome: 'not_enrolled' };
  const { upstreamId, registration: sealed } = kept;
  const registration = sealed && (await seals.openRegistration(name, sealed));
  const outcome = await upstream.remove(idp, { id: upstreamId, ...(registration && { registration }) });
  if (outcome !== 'refused') await enrolments.forget(name);
  return { outcome, upstreamId };
}
