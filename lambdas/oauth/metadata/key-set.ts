import type { KeyRing } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import { isPublished } from '../tokens/key-ring.ts';

/** How long anybody may keep the key set. Seconds. */
export const keySetMaxAge = 300;

/** RFC 7517 §5: every published key, the waiting standby included, so that verifiers know a key before it signs. */
export function keySet(
  ring: KeyRing,
  now: Instant,
): { readonly keys: readonly Readonly<Record<string, string>>[] } {
  return {
    keys: ring.keys
      .filter((key) => isPublished(key, now))
      .map(({ kid, algorithm, publicJwk: { kty, ...members } }) => ({
        kty,
        use: 'sig',
        alg: algorithm,
        kid,
        ...members,
      })),
  };
}
