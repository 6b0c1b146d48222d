import type { KeyRings, SigningKey } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { signingKeyAt } from './key-ring.ts';

/** The key that signs now what must be verifiable until `until`; without one nobody can be answered. */
export async function currentKey(keyRings: KeyRings, now: Instant, until: Instant): Promise<SigningKey> {
  const key = signingKeyAt(await keyRings.current(), now, until);
  if (key !== undefined) return key;
  throw new DependencyUnavailable('signing key ring', { cause: 'no published key may sign now' });
}
