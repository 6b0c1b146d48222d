import type { Custody, SigningKeyMaker } from '../../ports/signing.ts';
import { envelopeKeyMaker, type EnvelopeKeyMakerOptions } from './envelope-key-maker.ts';
import { kmsKeyMaker, type KmsKeyMakerOptions } from './key-maker.ts';

/** Makes keys of the one kind that the deployment signs with, and ends those of either: it may have changed. */
export function deploymentKeyMaker(
  options: Omit<KmsKeyMakerOptions, 'deployment'> &
    EnvelopeKeyMakerOptions & { readonly custody: Custody['kind'] },
): SigningKeyMaker {
  const { deployment } = options.wrappingKey;
  const makers = {
    kms: kmsKeyMaker({ ...options, deployment }),
    envelope: envelopeKeyMaker(options),
  } as const;
  return {
    make: makers[options.custody].make,
    destroy: (key) => makers[key.custody.kind].destroy(key),
  };
}
