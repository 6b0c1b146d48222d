import type { Connection, ConnectionPlace, Connections, Holder } from '../../ports/connections.ts';
import type { EgressProvider } from '../../ports/egress-providers.ts';
import type { EgressDetail } from '../../ports/egress-token.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { isMadeFor } from '../made-for.ts';
import type { EgressCaller } from './caller.ts';
import type { CallRefusal } from './refusal.ts';

/** A connection that calls can be made by now. */
export type UsableConnection = Connection & Required<Pick<Connection, 'access'>>;

/** The account that the token is for, as it is now: it has to be the one that was connected when the token was issued. */
export async function usableConnection(
  { connections, issuer }: { readonly connections: Pick<Connections, 'find'>; readonly issuer: Issuer },
  { caller, provider }: { readonly caller: EgressCaller; readonly provider: EgressProvider },
  now: Instant,
): Promise<Result<UsableConnection, CallRefusal>> {
  const place = placeOf(caller);
  const found = place === undefined ? undefined : await connections.find(place);
  const isThat = found?.connection === caller.detail.connection && found.state !== 'disconnecting';
  if (!isThat || !isLet(found, caller)) return anotherToken;
  const { access, pausedUntil } = found;
  // Nothing of an account goes to places that were named since, by somebody whose word is not enough for that.
  if (!isMadeFor(found, provider)) return connectAgain(caller, issuer, declaredAnew);
  if (found.state === 'interaction_required' || access === undefined) return connectAgain(caller, issuer);
  if (pausedUntil !== undefined && pausedUntil > now) return paused(pausedUntil - now);
  return ok({ ...found, access });
}

/** Made of the token alone: nobody uses an account of another holder. */
export function placeOf({ names, detail }: EgressCaller): ConnectionPlace | undefined {
  const holder = holderOf(detail, names.personId);
  return holder && { provider: detail.provider, holder };
}

function holderOf(
  { holder, idp, group }: EgressDetail,
  person: EgressCaller['names']['personId'],
): Holder | undefined {
  if (holder === 'service') return { kind: 'service' };
  if (holder === 'group') return group === undefined ? undefined : { kind: 'group', group };
  return person === undefined || idp === undefined
    ? undefined
    : { kind: 'person', person, idp: idp as IdpId };
}

/** Whoever holds an account may have taken it from an agent since. For the deployment's own, policy alone says who uses it. */
function isLet({ holder, agents }: Connection, { names: { agentId } }: EgressCaller): boolean {
  return holder.kind === 'service' || agents.some(({ agent }) => agent === agentId);
}

const anotherToken = refuse({
  ...{ reason: 'connection_not_that', status: 401, error: 'invalid_token' },
  description:
    'The account that the access token is for was disconnected, or does not let the agent any more',
} as const);

const lost = {
  reason: 'connection_lost',
  description: 'the third party takes the account no more: have it connected again at interaction_uri',
} as const;

const declaredAnew = {
  reason: 'connection_for_another',
  description:
    'the third party was declared anew since the account was connected: have it connected again at interaction_uri',
} as const;

/** Only whoever holds it can do something about that. */
export function connectAgain(
  { names, detail }: EgressCaller,
  issuer: Issuer,
  why: Pick<CallRefusal, 'reason' | 'description'> = lost,
): Result<never, CallRefusal> {
  const asking = new URLSearchParams({
    ...(detail.holder === 'group' && { group: detail.group ?? '' }),
    ...(names.agentId !== undefined && { agent: names.agentId }),
  });
  return refuse({
    ...{ ...why, status: 403, error: 'interaction_required' },
    interactionUri: `${issuer}/connect/${detail.provider}?${asking.toString()}`,
  } as const);
}

function paused(retryAfterSeconds: number): Result<never, CallRefusal> {
  const description = 'the third party wants no calls with this account now; wait as Retry-After says';
  return refuse({
    ...{ reason: 'connection_paused', status: 429, error: 'third_party_busy' },
    ...{ description, retryAfterSeconds },
  } as const);
}
