import type { TokenStanding } from '../../ports/token-standing.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';

/** Why a token that we signed and that has not expired counts for nothing at a resource. */
export type InactivityReason =
  'revoked' | 'resource_not_active' | 'other_audience' | 'client_not_active' | 'agent_not_active';

/** Judges a token by what it depends on, as that is now; `standing.resource` is the asking server's own. */
export function inactivity(
  token: AccessTokenClaims,
  { isRevoked, client, agent, resource }: TokenStanding,
): InactivityReason | undefined {
  if (isRevoked) return 'revoked';
  if (resource?.state !== 'active') return 'resource_not_active';
  if (token.aud !== resource.audience) return 'other_audience';
  if (client?.state !== 'active') return 'client_not_active';
  // A client id that was registered anew may belong to another agent.
  if (agent?.state !== 'active' || client.agentId !== agent.id) return 'agent_not_active';
  return undefined;
}
