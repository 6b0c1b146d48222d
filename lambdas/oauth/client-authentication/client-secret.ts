import type { Client } from '../../ports/registry.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { Secret } from '../../runtime/secret.ts';

/** What a client without a secret is compared with: the digest of nothing that anybody can present. */
const noDigest = sha256('');

/**
 * Whether the secret is one of the client's. Unknown clients, clients of another method and wrong secrets take the
 * same two comparisons in constant time, so that neither the answer nor its delay tells them apart.
 */
export function isSecretOf(client: Client | undefined, secret: Secret): boolean {
  const stored =
    client === undefined || client.authentication.method === 'private_key_jwt'
      ? []
      : client.authentication.secrets;
  const presented = sha256(secret.reveal());
  const first = sameDigest(presented, stored[0]?.digest ?? noDigest);
  const second = sameDigest(presented, stored[1]?.digest ?? noDigest);
  return first || second;
}
