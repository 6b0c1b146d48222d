import type { TokenNames } from '../../ports/token-standing.ts';
import type { AgentId, ClientId, GrantId, PersonId, TaskId } from '../../runtime/identifiers.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { subjectKind } from '../tokens/subject-kind.ts';

/** What a token, and each that it was exchanged from, depends on. */
export function tokenNames(token: AccessTokenClaims): TokenNames {
  const { jti, exp, jti_chain: jtis = [], client_chain: holders = [] } = token;
  const { family_id: familyId, task_chain: tasks } = token;
  const ours = jtis.slice(jtis.length - holders.length);
  return {
    ...{ jti, expiresAt: exp, ...holderNames(token) },
    ...restsOn(token),
    ...(familyId !== undefined && { familyId: familyId as GrantId }),
    ...(tasks && { tasks: tasks as readonly TaskId[] }),
    ...(holders.length > 0 && {
      chain: holders.map((holder, index) => ({
        ...{ jti: ours[index] ?? '', expiresAt: holder.exp, ...holderNames(holder) },
      })),
    }),
  };
}

/** The grant of a person; or the person, where somebody else vouched for them. */
function restsOn({ grant_id: grantId, sub }: AccessTokenClaims): Pick<TokenNames, 'grantId' | 'person'> {
  if (grantId !== undefined) return { grantId: grantId as GrantId };
  return subjectKind(sub) === 'person' ? { person: sub as PersonId } : {};
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
