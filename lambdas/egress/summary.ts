import type { ConnectionSummary } from '../ports/connecting.ts';
import type { Connection, Holder } from '../ports/connections.ts';
import type { EgressProvider } from '../ports/egress-providers.ts';
import { isMadeFor, mayBeAsked } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';

/** What the holder is told of a connection: nothing by which it could be used. */
export function summaryOf(found: Connection, declared: EgressProvider | undefined): ConnectionSummary {
  const { provider, connection, connectedAt, agents, reason, upstreamScopes } = found;
  const page = declared && byHandPage(declared, found);
  const isForAnother = declared !== undefined && found.state === 'active' && !isMadeFor(found, declared);
  const state = isForAnother ? 'interaction_required' : found.state;
  return {
    ...{ provider, connection, state, connectedAt, agents, upstreamScopes },
    ...(reason !== undefined && { reason }),
    ...(page !== undefined && { removeAt: page }),
  };
}

/** Where a person removes the connection themselves, at a third party that has no other way. */
export function byHandPage(
  provider: EgressProvider,
  connection: Pick<Connection, 'madeFor'>,
): string | undefined {
  const { credential } = provider;
  const isByHand = credential.kind === 'oauth2' && credential.revocation.kind === 'by_hand';
  return isByHand && mayBeAsked(connection, provider) ? credential.revocation.page : undefined;
}

/** The accounts of one holder, those of third parties that are disabled or declared no more too. */
export async function listConnections(
  { providers, connections }: Pick<ConnectionPorts, 'providers' | 'connections'>,
  holder: Holder,
): Promise<readonly ConnectionSummary[]> {
  const all = await providers.all();
  const found = await connections.of(
    holder,
    all.map(({ id }) => id),
  );
  return Promise.all(
    found.map(async (each) => {
      const known = all.find(({ id }) => id === each.provider);
      return summaryOf(each, known ?? (await providers.find(each.provider)));
    }),
  );
}
