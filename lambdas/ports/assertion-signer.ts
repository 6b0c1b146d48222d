import type { AssertionAlgorithm, ProviderKey } from './identity-providers.ts';

/** Signs what proves us to an identity provider. Throws `DependencyUnavailable` when KMS cannot. */
export interface AssertionSigner {
  /** The signature as JWS has it. */
  readonly sign: (
    key: Pick<ProviderKey, 'keyArn'>,
    alg: AssertionAlgorithm,
    signingInput: string | Uint8Array,
  ) => Promise<Uint8Array>;
}
