import type { TokenStanding } from '../../ports/token-standing.ts';
import { type DocumentPolicy, trustIn } from '../registration/document-trust.ts';
import { isDocumentClientId } from '../registration/document-url.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';

/** Why a token that we signed and that has not expired counts for nothing at a resource. */
export type InactivityReason =
  | 'revoked'
  | 'grant_ended'
  | 'resource_not_active'
  | 'other_audience'
  | 'client_not_active'
  | 'agent_not_active';

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
  { isRevoked, client, agent, grant }: TokenStanding,
  documents: DocumentTrust,
): InactivityReason | undefined {
  if (isRevoked) return 'revoked';
  if (token.grant_id !== undefined && !isGrantOf(token, grant)) return 'grant_ended';
  // A client that is its metadata document is in no registry: the policy says whether it still is one.
  if (isDocumentClientId(token.client_id)) {
    return isTaken(token.client_id, documents) ? undefined : 'client_not_active';
  }
  if (client?.state !== 'active') return 'client_not_active';
  // A client id that was registered anew may belong to another agent, or to one where it belonged to none.
  if (client.agentId !== token.agent_id) return 'agent_not_active';
  if (token.agent_id !== undefined && agent?.state !== 'active') return 'agent_not_active';
  return undefined;
}

function isTaken(text: string, { documentPolicy }: DocumentTrust): boolean {
  const url = URL.parse(text);
  return url !== null && documentPolicy !== undefined && trustIn(url, documentPolicy).kind !== 'denied';
}

function isGrantOf(token: AccessTokenClaims, grant: TokenStanding['grant']): boolean {
  return grant !== undefined && grant.ended === undefined && grant.terms.clientId === token.client_id;
}
