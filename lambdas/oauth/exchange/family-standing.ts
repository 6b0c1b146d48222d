import type { Client, RegistryReader } from '../../ports/registry.ts';
import type { GrantStanding, TokenNames, TokenStanding } from '../../ports/token-standing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Asker } from '../grants/person-plan.ts';
import type { ExchangedGrant } from '../grants/refresh-token.ts';
import { type DocumentTrust, endOfHolder } from '../introspection/activity.ts';
import type { GrantRefusal } from '../refusal.ts';
import { isOffline } from './opened-family.ts';

/** What a grant that came of an exchange depends on, to be read in one call. */
export function restsOn({ terms }: ExchangedGrant, now: Instant): TokenNames {
  const { id, clientId, agentId, resource: target, origin } = terms;
  return {
    // No token is asked about: what stands in for one is as much to read, and decides nothing.
    ...{ jti: id, expiresAt: now, clientId, grantId: origin.root, resource: origin.resource },
    ...(agentId !== undefined && { agentId }),
    ...(target !== undefined && { target }),
    chain: [origin.parent],
  };
}

/** The grant of the person behind it, where nothing has ended it for good. */
export function rootOf(
  { terms: { id: grantId, origin } }: ExchangedGrant,
  { grant: root, chain: [parent] }: TokenStanding,
  now: Instant,
): Result<GrantStanding, GrantRefusal> {
  const ended = (why: string): Result<never, GrantRefusal> =>
    refuse({ reason: 'grant_ended', grantId, why } as const);
  if (parent?.isRevoked !== false) return ended('parent_revoked');
  if (root?.ended !== undefined) return ended(root.ended.reason);
  // Swept, or of the same id by no chance that there is.
  if (root?.terms.clientId !== origin.parent.clientId) return ended('root_over');
  return isOffline(root, now) ? ok(root) : ended('root_over');
}

/** Whether one through whom it came, or who has it, is no more what it was. */
export function endedHolder(
  { terms: { clientId, agentId, origin } }: ExchangedGrant,
  standing: TokenStanding,
  documents: DocumentTrust,
): string | undefined {
  const [parent] = standing.chain;
  if (parent === undefined) return 'client_not_active';
  return (
    endOfHolder(claimsOf(origin.parent), parent, documents) ??
    endOfHolder(claimsOf({ clientId, agentId }), standing, documents)
  );
}

function claimsOf({
  clientId,
  agentId,
}: {
  readonly clientId: string;
  readonly agentId?: string | undefined;
}) {
  return { client_id: clientId, ...(agentId !== undefined && { agent_id: agentId }) };
}

/** What was read, in place of the registry. */
export function registryOf({ resource, target }: TokenStanding): Pick<RegistryReader, 'view' | 'resources'> {
  const known = [resource, target].filter((one) => one !== undefined);
  return {
    resources: (uris) => Promise.resolve(known.filter(({ uri }) => uris.includes(uri))),
    view: ({ resourceUri }) => {
      const found = known.find(({ uri }) => uri === resourceUri);
      return Promise.resolve(found === undefined ? {} : { resource: found });
    },
  };
}

/** A client that is its metadata document is in no registry, and whether it still is one has been asked. */
export function askerOf({ chain: [parent] }: TokenStanding): Asker {
  const document: Pick<Client, 'managedBy'> = { managedBy: { kind: 'document', curated: false } };
  return { client: parent?.client ?? document, ...(parent?.agent && { agent: parent.agent }) };
}

/** Refused while that is so, and not for good. */
export function nothingNow(grantId: GrantId, why: string, description: string): Result<never, GrantRefusal> {
  return refuse({ reason: 'nothing_delegated_now', grantId, why, description } as const);
}
