import type { KMSClient } from '@aws-sdk/client-kms';
import {
  type ConnectionBinding,
  type ConnectionPart,
  type ConnectionSeals,
  namesOfBinding,
} from '../../ports/connections.ts';
import { Secret } from '../../runtime/secret.ts';
import { kmsEnvelopes } from './envelopes.ts';

/** Two purposes: what calls bear opens for the proxy, what that is renewed by does not. */
const purposeOf = { access: 'connection-access', grant: 'connection-grant' } as const;

/** Tokens of third parties in envelopes, each bound to whose it is, at which provider, to its connection, and to its part. */
export function kmsConnectionSeals(options: {
  readonly client: KMSClient;
  readonly keyArn: string;
  readonly deployment: string;
}): ConnectionSeals {
  const { deployment } = options;
  const envelopes = kmsEnvelopes(options);
  const contextOf = (binding: ConnectionBinding, part: ConnectionPart): Record<string, string> => ({
    ...{ deployment, purpose: purposeOf[part], ...namesOfBinding(binding) },
  });
  return {
    prepare: async (binding) => {
      const [access, grant] = await Promise.all([
        envelopes.fresh(contextOf(binding, 'access')),
        envelopes.fresh(contextOf(binding, 'grant')),
      ]);
      const envelopeOf = { access, grant };
      return (part, text) => Promise.resolve({ in: 'item', ...envelopeOf[part](text.reveal()) });
    },
    open: async (binding, part, kept) => {
      if (kept.in !== 'item') throw new Error('it is kept in a secret, and not in its item');
      return new Secret((await envelopes.open(contextOf(binding, part), kept)).text);
    },
    // Nothing of it is anywhere but in its item.
    forget: () => Promise.resolve(),
  };
}
