import type { KMSClient } from '@aws-sdk/client-kms';
import type { ConnectionBinding, ConnectionPart, ConnectionSeals, Holder } from '../../ports/connections.ts';
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
  const contextOf = (
    { provider, holder, connection }: ConnectionBinding,
    part: ConnectionPart,
  ): Record<string, string> => ({
    ...{ deployment, purpose: purposeOf[part] },
    ...subjectOf(holder),
    ...{ provider, item: connection },
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

/** The id of a person is told from a group by its first word; what is not of a person is of the deployment's own. */
function subjectOf(holder: Holder): { readonly tenant: string; readonly subject: string } {
  switch (holder.kind) {
    case 'person':
      return { tenant: holder.idp, subject: holder.person };
    case 'group':
      return { tenant: 'deployment', subject: `group:${holder.group}` };
    case 'service':
      return { tenant: 'deployment', subject: 'service' };
  }
}
