import type { SubjectKind } from '../../ports/registry.ts';
import type { TrustAnchor } from '../../ports/trust-anchors.ts';
import { instant } from '../../runtime/clock.ts';
import type { AgentId, ClientId, GrantId, ScopeName, TaskId } from '../../runtime/identifiers.ts';
import type { GrantStanding } from '../../ports/token-standing.ts';
import type { PersonsGrant } from '../grants/grant.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { subjectKind } from '../tokens/subject-kind.ts';
import { actorsOf } from '../tokens/token-chain.ts';
import type { Actor, Holder } from './chain.ts';
import type { Subject } from './subject.ts';

/** What a token rests on: the grant of a person who signed in here, or the word of an anchor. */
interface Origin {
  readonly root?: GrantStanding | undefined;
  readonly anchor?: TrustAnchor | undefined;
}

/** In whose name one acts to whom a token of ours was sent. */
export function ownSubject(token: AccessTokenClaims, { root, anchor }: Origin = {}): Subject {
  const { sub, aud, scope, exp, jti, jti_chain: jtis = [], client_chain: holders = [] } = token;
  const { family_id: family, task_chain: tasks } = token;
  const kind = subjectKind(sub);
  const mayAct = token.may_act?.sub;
  return {
    kind,
    id: sub,
    presentedBy: { audience: aud },
    scope: { held: scope === '' ? [] : (scope.split(' ') as ScopeName[]) },
    expiresAt: instant(Math.floor(exp)),
    jtis: [...jtis, jti],
    holders: [...holders, token].map(holderOf),
    actors: actorsUntilNow(token, kind),
    ...(mayAct !== undefined && { mayAct }),
    ...(kind === 'person' && { granted: grantedIn(token) }),
    ...boundBy(anchor, root),
    ...(family !== undefined && { family: family as GrantId }),
    ...(tasks && { tasks: tasks as readonly TaskId[] }),
  };
}

/** A person holds by their roles, whoever vouched for them; and what that one may vouch for is no more than its terms say. */
function boundBy(
  anchor: TrustAnchor | undefined,
  root: GrantStanding | undefined,
): Pick<Subject, 'anchor' | 'bounds' | 'idp' | 'root'> {
  const idp = root?.terms.person.idp ?? anchor?.idp;
  return {
    ...(root && { root }),
    ...(anchor && { anchor: anchor.id, bounds: anchor.grants }),
    ...(idp !== undefined && { idp }),
  };
}

/** Who holds a token in somebody else's name acts for them, named in `act` or not: so does the agent that a person let in. */
function actorsUntilNow(token: AccessTokenClaims, kind: SubjectKind): readonly Actor[] {
  const named = actorsOf(token).map(actorOf).toReversed();
  if (named.length > 0) return named;
  return kind === 'person' && token.agent_id !== undefined ? [actorOf(token)] : [];
}

type Named = Pick<AccessTokenClaims, 'client_id' | 'agent_id'>;

function actorOf({ client_id: clientId, agent_id: agentId }: Named): Actor {
  return {
    clientId: clientId as ClientId,
    ...(agentId !== undefined && { agentId: agentId as AgentId }),
  };
}

function holderOf(holder: Named & { readonly exp: number }): Holder {
  return { ...actorOf(holder), expiresAt: holder.exp };
}

function grantedIn({ grant_id: id, roles = [], auth_time, acr, amr }: AccessTokenClaims): PersonsGrant {
  return {
    ...(id !== undefined && { id: id as GrantId }),
    roles,
    ...(auth_time !== undefined && { authTime: instant(auth_time) }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}
