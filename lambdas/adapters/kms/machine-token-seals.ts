import type { KMSClient } from '@aws-sdk/client-kms';
import type { MachineTokenName, MachineTokenSeals } from '../../ports/machine-tokens.ts';
import { Secret } from '../../runtime/secret.ts';
import { kmsEnvelopes } from './envelopes.ts';

/** Tokens of machines in envelopes, each bound to all that it was asked with. */
export function kmsMachineTokenSeals(options: {
  readonly client: KMSClient;
  readonly keyArn: string;
  readonly deployment: string;
}): MachineTokenSeals {
  const { deployment } = options;
  const envelopes = kmsEnvelopes(options);
  const contextOf = ({ digest, idp }: MachineTokenName): Record<string, string> => ({
    ...{ deployment, purpose: 'machine-token', digest, idp },
  });
  return {
    seal: async (name, text) => (await envelopes.fresh(contextOf(name)))(text.reveal()),
    open: async (name, sealed) => new Secret((await envelopes.open(contextOf(name), sealed)).text),
  };
}
