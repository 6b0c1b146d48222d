import type { TokenNames } from '../../ports/token-standing.ts';
import type { AgentId, ClientId, GrantId } from '../../runtime/identifiers.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';

/** What a token, and each that it was exchanged from, depends on. */
export function tokenNames(token: AccessTokenClaims): TokenNames {
  const { jti, exp, grant_id: grantId, jti_chain: jtis = [], client_chain: holders = [] } = token;
  const ours = jtis.slice(jtis.length - holders.length);
  return {
    ...{ jti, expiresAt: exp, ...holderNames(token) },
    ...(grantId !== undefined && { grantId: grantId as GrantId }),
    ...(holders.length > 0 && {
      chain: holders.map((holder, index) => ({
        ...{ jti: ours[index] ?? '', expiresAt: holder.exp, ...holderNames(holder) },
      })),
    }),
  };
}

function holderNames({
  client_id: clientId,
  agent_id: agentId,
}: Pick<AccessTokenClaims, 'client_id' | 'agent_id'>): Pick<TokenNames, 'clientId' | 'agentId'> {
  return {
    clientId: clientId as ClientId,
    ...(agentId !== undefined && { agentId: agentId as AgentId }),
  };
}
