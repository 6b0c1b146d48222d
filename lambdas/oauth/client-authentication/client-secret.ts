import type { Client, StoredSecret } from '../../ports/registry.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { Secret } from '../../runtime/secret.ts';

/** What is compared with where a client has no secret; a match with it counts for nothing. */
const decoy = sha256('');

/**
 * Whether the secret is one of the client's two at most. Unknown clients, clients of another method and wrong
 * secrets take the same two comparisons in constant time, so that neither the answer nor its delay tells them apart.
 */
export function isSecretOf(client: Client | undefined, secret: Secret): boolean {
  const presented = sha256(secret.reveal());
  const [first, second] = secretsOf(client);
  const matches = [first, second].map(
    (stored) => sameDigest(presented, stored?.digest ?? decoy) && stored !== undefined,
  );
  return matches.includes(true);
}

function secretsOf(client: Client | undefined): readonly StoredSecret[] {
  return client !== undefined && 'secrets' in client.authentication ? client.authentication.secrets : [];
}
