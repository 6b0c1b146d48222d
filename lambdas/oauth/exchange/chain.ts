import type { SubjectKind } from '../../ports/registry.ts';
import type { AgentId, ClientId, GrantId } from '../../runtime/identifiers.ts';
import type { ActorClaim, ChainClaims, HolderClaim } from '../tokens/token-chain.ts';

/** Who acts in somebody's name: an agent, through one of its clients, or the server of a resource, which is its own. */
export interface Actor {
  readonly clientId: ClientId;
  readonly agentId?: AgentId;
}

/** To whom a token of ours was issued, and until when. */
export interface Holder extends Actor {
  /** Its `exp`. */
  readonly expiresAt: number;
}

/** Where a token comes from that was exchanged. */
export interface Exchanged {
  readonly kind: SubjectKind;
  /** All who act, the first to act first: the last is who asked for this token, be it named in it or not. */
  readonly actors: readonly Actor[];
  /** `impersonation`: the token does not say who acts. */
  readonly mode: 'delegation' | 'impersonation';
  /** The ids of all tokens that it was exchanged from, the oldest first. */
  readonly jtis: readonly string[];
  /** The holders of the last of them; of the first there is none where somebody else issued it. */
  readonly holders: readonly Holder[];
  /** Whose terms let the first of them in, where we did not issue it. */
  readonly anchor?: string;
  /** The grant whose refresh token the first of them was exchanged for, where it was. */
  readonly family?: GrantId;
}

/** What others call an actor: its agent, or the client where there is none. */
export function actorName({ clientId, agentId }: Actor): string {
  return agentId ?? clientId;
}

/** What a token says of where it comes from. */
export function chainClaims({ actors, mode, jtis, holders, anchor, family }: Exchanged): ChainClaims {
  const act = mode === 'delegation' ? nested(actors) : undefined;
  return {
    ...(act && { act }),
    jti_chain: jtis,
    ...(holders.length > 0 && { client_chain: holders.map(holderClaim) }),
    ...(anchor !== undefined && { anchor_id: anchor }),
    ...(family !== undefined && { family_id: family }),
  };
}

/** The outermost is the last of them. */
export function nested(actors: readonly Actor[]): ActorClaim | undefined {
  return actors.reduce<ActorClaim | undefined>(
    (act, actor) => ({ sub: actorName(actor), ...named(actor), ...(act && { act }) }),
    undefined,
  );
}

function holderClaim(holder: Holder): HolderClaim {
  return { ...named(holder), exp: holder.expiresAt };
}

function named({ clientId, agentId }: Actor): Pick<ActorClaim, 'client_id' | 'agent_id'> {
  return { client_id: clientId, ...(agentId !== undefined && { agent_id: agentId }) };
}
