import type { Connecting, ConnectionSummary } from '../../ports/connecting.ts';
import type { Holder } from '../../ports/connections.ts';
import type { EgressProvider, EgressProviders } from '../../ports/egress-providers.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { RegistryReader, Resource } from '../../ports/registry.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import type { AccountSession } from '../account/account-cookie.ts';
import { isConnectable } from './find-provider.ts';
import { groupsOf, offeredToPeople, rolesOf } from './offer.ts';

/** What is asked about the accounts that people connected. */
export interface ConnectedAccountsPorts {
  readonly providers: Pick<EgressProviders, 'all'>;
  readonly connecting: Pick<Connecting, 'list' | 'disconnect'>;
}

/** One place for an account, and the account that is there. */
export interface AccountPlace {
  readonly provider: EgressProvider;
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
  {
    providers,
    connecting,
    registry,
  }: ConnectedAccountsPorts & { readonly registry: Pick<RegistryReader, 'resources'> },
  session: AccountSession,
  idp: IdentityProvider | undefined,
): Promise<ConnectedAccounts> {
  const known = await providers.all();
  const places = known.flatMap((provider) => placesAt(provider, session, rolesOf(idp, session)));
  if (places.length === 0) return { places: [] };
  try {
    const [resources, connections] = await Promise.all([
      registry.resources(known.map(({ uri }) => uri)),
      allOf(connecting, places),
    ]);
    const found = places.map(({ holder, provider, ...place }) => {
      const connection = connections.get(keyOf(holder))?.find((each) => each.provider === provider.id);
      const resource = resources.find(({ uri }) => uri === provider.uri);
      return { ...place, provider, ...(connection && { connection }), ...(resource && { resource }) };
    });
    return { places: found.filter(({ connection, isOffered }) => connection !== undefined || isOffered) };
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    return 'unavailable';
  }
}

/** What became of an account that somebody disconnects. */
export interface Disconnected {
  readonly provider: EgressProvider;
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
  const { providers, connecting } = ports;
  const roles = rolesOf(idp, session);
  const places = (await providers.all()).flatMap((provider) => placesAt(provider, session, roles));
  const connections = await allOf(connecting, places);
  for (const { provider, holder } of places) {
    const found = connections
      .get(keyOf(holder))
      ?.find(({ connection, provider: at }) => connection === id && at === provider.id);
    if (found !== undefined) {
      const place = { provider: provider.id, holder };
      return { provider, ...(await connecting.disconnect(place, found.connection, requestId)) };
    }
  }
  return undefined;
}

/** Whether an account is known not to be there any more. */
export function isGone(connected: ConnectedAccounts | undefined, id: string): boolean {
  if (connected === undefined || connected === 'unavailable') return false;
  return connected.places.every(({ connection }) => connection?.connection !== id);
}

type Place = Pick<AccountPlace, 'provider' | 'group' | 'isOffered'> & { readonly holder: Holder };

function placesAt(
  provider: EgressProvider,
  { person, idp }: AccountSession,
  roles: readonly string[],
): readonly Place[] {
  if (!isConnectable(provider)) return [];
  const isActive = provider.state === 'active';
  const own = { kind: 'person', person, idp } as const;
  const isOffered = isActive && offeredToPeople(provider).length > 0;
  const shared = groupsOf(provider, roles).map(({ id: group }): Place => {
    return { provider, group, holder: { kind: 'group', group }, isOffered: isActive };
  });
  return [{ provider, holder: own, isOffered }, ...shared];
}

/** Everything of each holder, in one question a holder. */
async function allOf(
  { list }: Pick<Connecting, 'list'>,
  places: readonly Place[],
): Promise<ReadonlyMap<string, readonly ConnectionSummary[]>> {
  const holders = new Map(places.map(({ holder }) => [keyOf(holder), holder]));
  const told = [...holders].map(async ([key, holder]) => [key, await list(holder)] as const);
  return new Map(await Promise.all(told));
}

function keyOf(holder: Holder): string {
  return holder.kind === 'group' ? `group ${holder.group}` : holder.kind;
}
