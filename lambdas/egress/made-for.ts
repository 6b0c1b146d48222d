import type { Connection, MadeFor } from '../ports/connections.ts';
import type { EgressProvider } from '../ports/egress-providers.ts';

/** What an account is connected for that is connected now. */
export function madeFor(provider: EgressProvider): MadeFor {
  if (provider.managedBy.kind === 'deployment') return { by: 'deployment' };
  return { by: 'operator', places: [...new Set([...calledAt(provider), ...askedAt(provider)])] };
}

/** Whether it was connected for that provider, as it is declared now: nothing of it goes anywhere else. */
export function isMadeFor(connection: Pick<Connection, 'madeFor'>, provider: EgressProvider): boolean {
  return isOf(connection, provider, [...calledAt(provider), ...askedAt(provider)]);
}

/** Whether the provider may be asked to end it. */
export function mayBeAsked(connection: Pick<Connection, 'madeFor'>, provider: EgressProvider): boolean {
  return isOf(connection, provider, askedAt(provider));
}

function isOf(
  { madeFor: of }: Pick<Connection, 'madeFor'>,
  { managedBy }: EgressProvider,
  places: readonly string[],
): boolean {
  if (of.by === 'deployment') return managedBy.kind === 'deployment';
  return managedBy.kind === 'operator' && places.every((place) => of.places.includes(place));
}

/** Where calls may go. */
function calledAt({ api: { origins, originSuffixes = [] } }: EgressProvider): readonly string[] {
  return [...origins, ...originSuffixes];
}

/** Where what it is renewed and ended by may go. */
function askedAt({ credential }: EgressProvider): readonly string[] {
  if (credential.kind !== 'oauth2') return [];
  const { tokenEndpoint, revocation } = credential;
  switch (revocation.kind) {
    case 'rfc7009':
      return [tokenEndpoint, revocation.endpoint];
    case 'api':
      return [
        tokenEndpoint,
        revocation.url,
        ...(revocation.checkUrl === undefined ? [] : [revocation.checkUrl]),
      ];
    case 'by_hand':
      return [tokenEndpoint];
  }
}
