import type { AssertionReplay } from '../../ports/replay.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import type { AuthenticatedClient } from './authenticate-client.ts';

/**
 * Spends the assertion that proved the client, if one did. False where another request has spent it. `attempt` names
 * the request: by default one that is never made again.
 */
export async function markAssertion(
  { replay, random }: { readonly replay: AssertionReplay; readonly random: Random },
  { assertion }: AuthenticatedClient,
  now: Instant,
  attempt = random(16),
): Promise<boolean> {
  if (assertion === undefined) return true;
  return replay.markUsed({ ...assertion, now, attempt });
}
