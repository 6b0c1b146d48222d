import { definitionOf } from '../oauth/account/granted-access.ts';
import type { AccountPlace, ConnectedAccounts, Disconnected } from '../oauth/connect/connected-accounts.ts';
import { connectPath } from '../oauth/connect/find-provider.ts';
import type { ConnectedAgent } from '../ports/connections.ts';
import type { EgressProvider } from '../ports/egress-providers.ts';
import type { Resource } from '../ports/registry.ts';
import type { AllowedAgent, ConnectedEntry, ConnectedView } from './pages/connected-accounts.ts';

/** Accounts at third parties, as the account page shows them. */
export function connectedView(connected: ConnectedAccounts): ConnectedView {
  return connected === 'unavailable' ? connected : connected.places.map(entry);
}

function entry({ provider, group, connection, resource, isOffered }: AccountPlace): ConnectedEntry {
  return {
    ...{ provider: shownPlace(provider), group },
    connectAt: isOffered ? connectPath(provider.id, { group }) : undefined,
    connection: connection && {
      ...{ id: connection.connection, state: connection.state, since: connection.connectedAt },
      agents: provider.state === 'gone' ? [] : allowedView(provider, resource, connection.agents),
    },
  };
}

function shownPlace(provider: AccountPlace['provider']): ConnectedEntry['provider'] {
  return provider.state === 'gone' ? { name: provider.id } : shownProvider(provider);
}

/** A third party as people know it: by its name, and by where they sign in there. */
export function shownProvider({ name, credential, uri }: EgressProvider): {
  readonly name: string;
  readonly host: string;
} {
  return { name, host: new URL(credential.kind === 'oauth2' ? credential.authorizationEndpoint : uri).host };
}

/** What agents may do, in words. */
export function allowedView(
  provider: EgressProvider,
  resource: Resource | undefined,
  agents: readonly ConnectedAgent[],
): readonly AllowedAgent[] {
  return agents.map(({ agent, scopes }) => ({
    name: provider.agents.find((each) => each.agent === agent)?.name ?? agent,
    scopes: scopes.map((name) => ({ name, description: definitionOf(resource, name)?.description })),
  }));
}

/** What became of it, and no more than that. */
export function disconnectedWords({ provider, revoked, removeAt, isGone }: Disconnected): string {
  const name = provider.state === 'gone' ? provider.id : provider.name;
  if (removeAt !== undefined) {
    return `${name} is disconnected here: no agent can use it any more. Remove the access there too, at ${removeAt}.`;
  }
  if (revoked) return `${name} is disconnected: what it gave is revoked there.`;
  const unusable = `${name} is disconnected: no agent can use it any more`;
  return isGone === true || provider.state === 'gone'
    ? `${unusable}. Nobody can make sure that it is revoked there: look at your account there.`
    : `${unusable}, and what it gave is being revoked there.`;
}
