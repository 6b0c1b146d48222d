import type { KeptUpstream, Vault } from '../../ports/vault.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { GrantId } from '../../runtime/identifiers.ts';

/** So long a person may take to sign in again: no task goes on for longer by what was known. Seconds. */
const waitsSeconds = 26 * 60 * 60;

/**
 * Whether what was kept is lost, or has run out, without a word against the person: then nothing ends that rests on it before they had
 * the time to sign in again.
 */
export function isWaiting({ ended }: Pick<KeptUpstream, 'ended'>, now: Instant): boolean {
  return ended?.reason === 'interaction_required' && now < after(ended.at, waitsSeconds);
}

export async function waitingAmong(
  { vault }: { readonly vault: Pick<Vault, 'find'> },
  grants: readonly GrantId[],
  now: Instant,
): Promise<readonly GrantId[]> {
  const kept = await Promise.all(grants.map((grant) => vault.find(grant)));
  return kept.flatMap((one) => (one !== undefined && isWaiting(one, now) ? [one.grant] : []));
}
