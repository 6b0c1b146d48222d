import type { HolderStanding, TokenStanding } from '../../ports/token-standing.ts';
import { type DocumentPolicy, trustIn } from '../registration/document-trust.ts';
import { isDocumentClientId } from '../registration/document-url.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';

/** Why a token that we signed and that has not expired counts for nothing at a resource. */
export type InactivityReason =
  | 'revoked'
  | 'task_ended'
  | 'grant_ended'
  | 'person_ended'
  | 'resource_not_active'
  | 'other_audience'
  | 'client_not_active'
  | 'agent_not_active'
  | 'parent_revoked'
  | 'chain_not_active';

/** Whose metadata documents are clients now; undefined where none is. */
export interface DocumentTrust {
  readonly documentPolicy: DocumentPolicy | undefined;
}

/** Judges a token by what it depends on, as that is now; `standing.resource` is the asking server's own. */
export function inactivity(
  token: AccessTokenClaims,
  standing: TokenStanding,
  documents: DocumentTrust,
): InactivityReason | undefined {
  const { resource } = standing;
  const end = endOf(token, standing, documents);
  if (end !== undefined) return end;
  if (resource?.state !== 'active') return 'resource_not_active';
  return token.aud === resource.audience ? undefined : 'other_audience';
}

/** The same but for the resource that the token is for: what ends a token wherever it is presented. */
export function endOf(
  token: AccessTokenClaims,
  standing: TokenStanding,
  documents: DocumentTrust,
): InactivityReason | undefined {
  if (standing.isRevoked) return 'revoked';
  if (token.task_chain !== undefined && !isOfTasks(token, token.task_chain, standing)) return 'task_ended';
  if (token.grant_id !== undefined && !isGrantOf(token, standing.grant)) return 'grant_ended';
  if (token.family_id !== undefined && !isFamilyOf(token, standing.family)) return 'grant_ended';
  if (hasPersonEnded(token, standing)) return 'person_ended';
  return endOfHolder(token, standing, documents) ?? endOfChain(token, standing, documents);
}

/** A token that rests on a grant ends with that; one that somebody else vouched for, with an end of its person after it. */
function hasPersonEnded(
  { grant_id: grantId, iat }: AccessTokenClaims,
  { personEndedUntil: until }: TokenStanding,
): boolean {
  return grantId === undefined && until !== undefined && iat <= until;
}

type Holder = Pick<AccessTokenClaims, 'client_id' | 'agent_id'>;

/** Why the client that holds a token, or its agent, is no more what it was when the token was issued. */
export function endOfHolder(
  { client_id: clientId, agent_id: agentId }: Holder,
  { client, agent }: HolderStanding,
  documents: DocumentTrust,
): 'client_not_active' | 'agent_not_active' | undefined {
  // A client that is its metadata document is in no registry: the policy says whether it still is one.
  if (isDocumentClientId(clientId)) return isTaken(clientId, documents) ? undefined : 'client_not_active';
  // A workload is its agent and no client of it, none of which has the name of an agent.
  const isAgentItself = clientId === agentId && client === undefined;
  if (!isAgentItself) {
    if (client?.state !== 'active') return 'client_not_active';
    // A client id that was registered anew may belong to another agent, or to one where it belonged to none.
    if (client.agentId !== agentId) return 'agent_not_active';
  }
  return isActive(agentId, agent) ? undefined : 'agent_not_active';
}

function isActive(id: string | undefined, agent: HolderStanding['agent']): boolean {
  return id === undefined || agent?.state === 'active';
}

/** RFC 8693 gives no exchanged token a life of its own: it ends with each token that it was exchanged from. */
function endOfChain(
  { client_chain: holders = [] }: AccessTokenClaims,
  { chain }: TokenStanding,
  documents: DocumentTrust,
): 'parent_revoked' | 'chain_not_active' | undefined {
  if (chain.some(({ isRevoked }) => isRevoked)) return 'parent_revoked';
  const hasEnded = holders.some((holder, index) => {
    const standing = chain[index];
    return standing === undefined || endOfHolder(holder, standing, documents) !== undefined;
  });
  return hasEnded ? 'chain_not_active' : undefined;
}

function isTaken(text: string, { documentPolicy }: DocumentTrust): boolean {
  const url = URL.parse(text);
  return url !== null && documentPolicy !== undefined && trustIn(url, documentPolicy).kind !== 'denied';
}

/** A grant is that of the client which a person granted it to: of an exchanged token, that of the first in its chain. */
function isGrantOf(
  { client_id: clientId, jti_chain: jtis = [], client_chain: holders = [] }: AccessTokenClaims,
  grant: TokenStanding['grant'],
): boolean {
  const [first] = jtis.length === holders.length ? holders : [];
  const grantee = jtis.length === 0 ? clientId : first?.client_id;
  return grant !== undefined && grant.ended === undefined && grant.terms.clientId === grantee;
}

/**
 * A token ends with its task and with each above that, once that is written of them. The task is that of a client through which the
 * token has come.
 */
function isOfTasks(
  { client_id: clientId, client_chain: holders = [] }: AccessTokenClaims,
  ids: readonly string[],
  { tasks = [] }: TokenStanding,
): boolean {
  const chain = ids.map((id) => tasks.find(({ terms }) => terms.id === id));
  if (chain.some((task) => task === undefined || task.hasEnded)) return false;
  const { terms } = chain.at(-1) ?? {};
  const through = [clientId, ...holders.map((holder) => holder.client_id)];
  return (
    terms !== undefined &&
    through.some((client) => client === terms.clientId) &&
    [...terms.ancestors, terms.id].join() === ids.join()
  );
}

/** What came of an exchange is of the grant of the token that was exchanged. */
function isFamilyOf({ grant_id: root }: AccessTokenClaims, family: TokenStanding['family']): boolean {
  return family !== undefined && family.ended === undefined && family.terms.origin?.root === root;
}
