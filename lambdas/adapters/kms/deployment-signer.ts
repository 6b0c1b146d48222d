import type { Signer } from '../../ports/signing.ts';
import { type EnvelopeOptions, envelopeSigner } from './envelope-signer.ts';
import { kmsSigner } from './signer.ts';

/** Signs with each key where its private half is: in KMS, or in this process with one that KMS unwraps. */
export function deploymentSigner(options: EnvelopeOptions): Signer {
  const signers = { kms: kmsSigner(options), envelope: envelopeSigner(options) } as const;
  return { sign: (key, signingInput) => signers[key.custody.kind].sign(key, signingInput) };
}
