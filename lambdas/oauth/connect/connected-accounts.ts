import type { Connecting, ConnectionSummary } from '../../ports/connecting.ts';
import type { Holder } from '../../ports/connections.ts';
import type { EgressProvider, EgressProviders } from '../../ports/egress-providers.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { RegistryReader, Resource } from '../../ports/registry.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';
import type { AccountSession } from '../account/account-cookie.ts';
import { isConnectable } from './find-provider.ts';
import { groupsOf, offeredToPeople, rolesOf } from './offer.ts';

/** What is asked about the accounts that people connected. */
export interface ConnectedAccountsPorts {
  readonly providers: Pick<EgressProviders, 'all' | 'find'>;
  readonly connecting: Pick<Connecting, 'list' | 'disconnect'>;
}

/** A third party that nobody declares any more: of it only the id is left. */
export interface GoneProvider {
  readonly id: EgressProviderId;
  readonly state: 'gone';
}

/** One place for an account, and the account that is there. */
export interface AccountPlace {
  readonly provider: EgressProvider | GoneProvider;
  /** Of a group whose account the person connects: its id. */
  readonly group?: string;
  /** Absent: none is connected. */
  readonly connection?: ConnectionSummary;
  /** Where scopes are described. */
  readonly resource?: Resource;
  /** Whether one can be connected: the provider is there for it, and some agent is offered. */
  readonly isOffered: boolean;
}

export type ConnectedAccounts = { readonly places: readonly AccountPlace[] } | 'unavailable';

/** All places for accounts of the person of a session. What cannot be asked now keeps nobody from the rest of the page. */
export async function connectedAccounts(
  ports: ConnectedAccountsPorts & { readonly registry: Pick<RegistryReader, 'resources'> },
  session: AccountSession,
  idp: IdentityProvider | undefined,
): Promise<ConnectedAccounts> {
  const known = await ports.providers.all();
  try {
    const [described, places] = await Promise.all([
      resourcesOf(ports, known),
      occupiedPlaces(ports, known, session, rolesOf(idp, session)),
    ]);
    const others = places.flatMap(({ provider }) =>
      provider.state === 'gone' || known.includes(provider) ? [] : [provider],
    );
    const resources = [...described, ...(await resourcesOf(ports, others))];
    const found = places.map((place) => {
      const { provider } = place;
      const resource =
        provider.state === 'gone' ? undefined : resources.find(({ uri }) => uri === provider.uri);
      return { ...place, ...(resource && { resource }) };
    });
    return { places: found.filter(({ connection, isOffered }) => connection !== undefined || isOffered) };
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    return 'unavailable';
  }
}

function resourcesOf(
  { registry }: { readonly registry: Pick<RegistryReader, 'resources'> },
  providers: readonly EgressProvider[],
): Promise<readonly Resource[]> {
  return providers.length === 0 ? Promise.resolve([]) : registry.resources(providers.map(({ uri }) => uri));
}

/** What became of an account that somebody disconnects. */
export interface Disconnected {
  readonly provider: AccountPlace['provider'];
  readonly revoked: boolean;
  readonly removeAt?: string;
  /** Nobody goes on revoking it: there is nothing left to do that with. */
  readonly isGone?: true;
}

/** Disconnects the account of that id, if it is at one of the person's places; undefined where there is none. */
export async function disconnectAccount(
  ports: ConnectedAccountsPorts,
  session: AccountSession,
  idp: IdentityProvider | undefined,
  { connection: id, requestId }: { readonly connection: string; readonly requestId: string },
): Promise<Disconnected | undefined> {
  const known = await ports.providers.all();
  const places = await occupiedPlaces(ports, known, session, rolesOf(idp, session));
  const found = places.find(({ connection }) => connection?.connection === id);
  if (found?.connection === undefined) return undefined;
  const { provider, holder, connection } = found;
  const place = { provider: provider.id, holder };
  return { provider, ...(await ports.connecting.disconnect(place, connection.connection, requestId)) };
}

/** Whether an account is known not to be there any more. */
export function isGone(connected: ConnectedAccounts | undefined, id: string): boolean {
  if (connected === undefined || connected === 'unavailable') return false;
  return connected.places.every(({ connection }) => connection?.connection !== id);
}

type Place = Omit<AccountPlace, 'resource'> & { readonly holder: Holder };

/** Each place that there is for the person at those providers; and each of theirs elsewhere, where an account is connected. */
async function occupiedPlaces(
  ports: ConnectedAccountsPorts,
  known: readonly EgressProvider[],
  session: AccountSession,
  roles: readonly string[],
): Promise<readonly Place[]> {
  const places = known.flatMap((provider) => placesAt(provider, session, roles));
  const holders = new Map(
    [ownOf(session), ...places.map(({ holder }) => holder)].map((of) => [keyOf(of), of]),
  );
  // One question a holder.
  const told = await Promise.all(
    [...holders.values()].map(async (holder) => ({ holder, all: await ports.connecting.list(holder) })),
  );
  const taken = places.map((place) => {
    const all = told.find(({ holder }) => keyOf(holder) === keyOf(place.holder))?.all;
    const connection = all?.find(({ provider }) => provider === place.provider.id);
    return { ...place, ...(connection && { connection }) };
  });
  const others = told.flatMap(({ holder, all }) =>
    all
      .filter((each) => taken.every(({ connection }) => connection?.connection !== each.connection))
      .map((connection) => placeOf(ports, { holder, connection }, session, roles)),
  );
  return [...taken, ...(await Promise.all(others)).flat()];
}

/** Of a provider that an operator declared, or that is declared no more or in another way; of a group only for who may connect it. */
async function placeOf(
  { providers }: ConnectedAccountsPorts,
  { holder, connection }: { readonly holder: Holder; readonly connection: ConnectionSummary },
  session: AccountSession,
  roles: readonly string[],
): Promise<readonly Place[]> {
  const provider = await providers.find(connection.provider);
  const at = provider === undefined ? [] : placesAt(provider, session, roles);
  const declared = at.find((place) => keyOf(place.holder) === keyOf(holder));
  if (declared !== undefined) return [{ ...declared, connection }];
  if (holder.kind !== 'person') return [];
  const gone = { id: connection.provider, state: 'gone' } as const;
  return [{ provider: provider ?? gone, holder, connection, isOffered: false }];
}

function placesAt(
  provider: EgressProvider,
  session: AccountSession,
  roles: readonly string[],
): readonly Place[] {
  if (!isConnectable(provider)) return [];
  const isActive = provider.state === 'active';
  const isOffered = isActive && offeredToPeople(provider).length > 0;
  const shared = groupsOf(provider, roles).map(({ id: group }): Place => {
    return { provider, group, holder: { kind: 'group', group }, isOffered: isActive };
  });
  return [{ provider, holder: ownOf(session), isOffered }, ...shared];
}

function ownOf({ person, idp }: AccountSession): Holder {
  return { kind: 'person', person, idp };
}

function keyOf(holder: Holder): string {
  return holder.kind === 'group' ? `group ${holder.group}` : holder.kind;
}
