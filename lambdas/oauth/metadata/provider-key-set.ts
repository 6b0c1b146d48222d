import type { AssertionAlgorithm, IdentityProvider, ProviderKey } from '../../ports/identity-providers.ts';

type Jwk = Readonly<Record<string, string>>;

/**
 * RFC 7517 §5: every key by which one identity provider may know us, so that it knows a key before that signs; undefined
 * where it knows us by a secret.
 */
export function providerKeySet({
  clientProof: proof,
}: Pick<IdentityProvider, 'clientProof'>): { readonly keys: readonly Jwk[] } | undefined {
  if (proof.method === 'client_secret') return undefined;
  return { keys: proof.keys.map((key) => publicKeyOf(key, proof.alg)) };
}

export function publicKeyOf(
  { kid, publicJwk: { kty, ...members } }: Pick<ProviderKey, 'kid' | 'publicJwk'>,
  alg: AssertionAlgorithm,
): Jwk {
  return { kty, use: 'sig', alg, kid, ...members };
}
