import type { EnrolmentName } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import type { EnrolmentPorts } from './enrol.ts';
import { firmly } from './firmly.ts';
import { holdRegistration } from './held-registration.ts';
import { upstreamName } from './upstream-metadata.ts';

/** Has a client called so at a provider, as it is called here. `refused`: it keeps its old name there. */
export async function rename(
  ports: EnrolmentPorts,
  idp: IdentityProvider,
  { client, name }: { readonly client: EnrolmentName['client']; readonly name: string },
): Promise<'renamed' | 'refused' | 'not_enrolled'> {
  const { enrolments, upstream } = ports;
  const kept = await enrolments.find({ idp: idp.id, client });
  if (kept === undefined) return 'not_enrolled';
  const wanted = upstreamName(profileOf(idp).registration, client, name);
  const held = await holdRegistration(ports, kept, 'change');
  const { upstreamId: id } = kept;
  const made = { id, ...(held && { registration: held.registration }) };
  const told = await upstream.rename(idp, made, { client, name: wanted });
  if (told.outcome === 'renamed' && held !== undefined) {
    const { attempt, registration, reseal } = held;
    // The old token may be spent from here on: the new one is written whatever else fails.
    const sealed = told.token && reseal({ ...registration, token: told.token });
    await firmly(ports, () => enrolments.settle(kept, attempt, sealed));
  }
  // What it refuses once it refuses again: it is asked no more, and the audit trail tells.
  await enrolments.called(kept, wanted);
  return told.outcome;
}
