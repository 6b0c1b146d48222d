import type { ClientConsent, ConsentedScope, Consents } from '../../ports/consents.ts';
import type { ClientId, GrantId } from '../../runtime/identifiers.ts';

type Recorded = Parameters<Consents['record']>[1];

/** What is left of a person's consents after a change, and the grants that have no place in it any more. */
export interface ConsentChange {
  readonly consents: readonly ClientConsent[];
  readonly ended: readonly GrantId[];
}

const mostGrants = 50;
/** With 50 grants of 22 characters each, far below the 400 KB of an item. */
const mostClients = 100;

/** Adds a consent and its grant; the client that a person granted something last is the last of all. */
export function withConsent(
  consents: readonly ClientConsent[],
  { granted, grant, now, ...client }: Recorded,
): ConsentChange {
  const before = consents.find(({ clientId }) => clientId === client.clientId);
  const isSame = before?.fingerprint === client.fingerprint;
  const grants = [...(before?.grants ?? []).filter((id) => id !== grant), grant];
  const next: ClientConsent = {
    ...client,
    granted: widened(isSame ? before.granted : [], granted),
    grantedAt: now,
    grants: grants.slice(-mostGrants),
  };
  const others = consents.filter(({ clientId }) => clientId !== client.clientId);
  const kept = others.slice(-(mostClients - 1));
  const dropped = others.slice(0, others.length - kept.length);
  return {
    consents: [...kept, next],
    ended: [...dropped.flatMap((consent) => consent.grants), ...grants.slice(0, -mostGrants)],
  };
}

export function withoutClient(consents: readonly ClientConsent[], clientId: ClientId): ConsentChange {
  const gone = consents.filter((consent) => consent.clientId === clientId);
  return {
    consents: consents.filter((consent) => consent.clientId !== clientId),
    ended: gone.flatMap(({ grants }) => grants),
  };
}

/**
 * What was granted for the time that a person is present stays apart from what holds while they are away: together they
 * would allow more than the person ever said.
 */
function widened(granted: readonly ConsentedScope[], added: ConsentedScope): readonly ConsentedScope[] {
  const isSame = ({ resource, offline }: ConsentedScope): boolean =>
    resource === added.resource && offline === added.offline;
  const before = granted.find(isSame);
  const scope = [...new Set([...(before?.scope ?? []), ...added.scope])];
  return [...granted.filter((one) => !isSame(one)), { ...added, scope }];
}
