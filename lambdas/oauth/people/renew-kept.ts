import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { PersonStanding } from '../../ports/people.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { checkStanding, type StandingPorts } from './standing.ts';

/** What cannot be asked with while an operator has it so is looked at again after so long. Seconds. */
const suspendedSeconds = 3_600;

/** Asks with what is kept before it ends by itself, if it is due at that moment still. */
export async function renewKept(
  ports: StandingPorts,
  idp: IdentityProvider | undefined,
  { grant, due: from }: { readonly grant: GrantId; readonly due: Instant },
): Promise<PersonStanding> {
  // Enabled again, it may be asked again: nothing ends by that it is not.
  if (idp?.state === 'active') return checkStanding(ports, idp, grant, from);
  await ports.vault.putOff(grant, { from, to: after(ports.clock(), suspendedSeconds) });
  return { kind: 'suspended', reason: 'idp_disabled' };
}
