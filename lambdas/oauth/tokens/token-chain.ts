import * as v from 'valibot';

/** No chain is longer, whatever the deployment says: its tokens have to fit a header. */
export const longestChain = 8;

/** A task, and those above it: no task of more is opened. */
export const mostTasks = 4;

/** Who acts for the subject, through which client, and who did before (RFC 8693). */
export interface ActorClaim {
  readonly sub: string;
  readonly client_id: string;
  readonly agent_id?: string;
  readonly act?: ActorClaim;
}

/** To whom one token of the chain was issued, and its `exp`, by which its revocation is found. */
export interface HolderClaim {
  readonly client_id: string;
  readonly agent_id?: string;
  readonly exp: number;
}

/** What a token says of those that it was exchanged from. */
export interface ChainClaims {
  /** Absent: nobody acts for the subject but the subject. */
  readonly act?: ActorClaim;
  /** The ids of the tokens that it was exchanged from, the oldest first. */
  readonly jti_chain?: readonly string[];
  /** The holders of the last of them; of the first there is none where somebody else issued it. */
  readonly client_chain?: readonly HolderClaim[];
  /** The trust anchor whose word the first of them is, where somebody else issued it. */
  readonly anchor_id?: string;
  /** The grant with the refresh token that the first of them was exchanged for; the token ends with it, and may outlive the first. */
  readonly family_id?: string;
  /** The task that it is of, which comes last, and those above it, the root first: the token ends with each of them. */
  readonly task_chain?: readonly string[];
}

const text = v.pipe(v.string(), v.nonEmpty());
const actor: v.GenericSchema<unknown, ActorClaim> = v.strictObject({
  sub: text,
  client_id: text,
  agent_id: v.exactOptional(text),
  act: v.exactOptional(v.lazy(() => actor)),
});

/** The form of each claim; how they belong together is `isWholeChain`. */
export const chainShape = {
  anchor_id: v.exactOptional(text),
  // Shallow first: however deep it nests, no more of it is read than a chain can have.
  act: v.exactOptional(v.custom<ActorClaim>((act) => isShallow(act) && v.is(actor, act))),
  jti_chain: v.exactOptional(v.pipe(v.array(text), v.nonEmpty(), v.maxLength(longestChain))),
  client_chain: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ client_id: text, agent_id: v.exactOptional(text), exp: v.number() })),
      v.nonEmpty(),
      v.maxLength(longestChain),
    ),
  ),
  family_id: v.exactOptional(text),
  task_chain: v.exactOptional(
    v.pipe(
      v.array(v.pipe(text, v.regex(/^[\w-]{22}$/))),
      v.nonEmpty(),
      v.maxLength(mostTasks),
      v.check((ids) => new Set(ids).size === ids.length),
    ),
  ),
};

interface Chained extends ChainClaims {
  readonly client_id: string;
  readonly agent_id?: string;
  readonly jti: string;
  readonly exp: number;
}

/**
 * Whether nothing was taken out of the chain of a token, or put in: what is left out would end nothing. The
 * outermost actor is the one that acts now, and those within are the holders that it has the token from.
 */
export function isWholeChain(token: Chained): boolean {
  const { jti, exp, jti_chain: jtis = [], client_chain: holders = [] } = token;
  const foreign = jtis.length - holders.length;
  if (!beginsSoundly(token, foreign)) return false;
  if (new Set([...jtis, jti]).size !== jtis.length + 1) return false;
  // None outlives the one that it was exchanged from, but for what a refresh token has given.
  const ends = [...holders.map((holder) => holder.exp), exp].slice(token.family_id === undefined ? 0 : 1);
  if (ends.some((end, index) => end > (ends[index - 1] ?? Infinity))) return false;
  const [current, ...before] = actorsOf(token);
  if (current === undefined) return true;
  if (jtis.length === 0 || !isHeldBy(token, current)) return false;
  const last = holders.toReversed();
  return before.every((actorClaim, index) => isHeldBy(last[index], actorClaim));
}

/** With a token of ours, or with one of somebody else's, which then has no holder. */
function beginsSoundly(
  { family_id: family, anchor_id: anchor, client_chain: holders = [] }: ChainClaims,
  foreign: number,
): boolean {
  if (foreign === 1) return family === undefined;
  // Nobody vouched for what began here, and a refresh token is exchanged for such a one alone.
  return foreign === 0 && anchor === undefined && (family === undefined || holders.length > 0);
}

/** The actors of a token, the current one first. */
export function actorsOf({ act }: ChainClaims): readonly ActorClaim[] {
  return act === undefined ? [] : [act, ...actorsOf(act)];
}

function isHeldBy(
  holder: Pick<HolderClaim, 'client_id' | 'agent_id'> | undefined,
  { client_id: clientId, agent_id: agentId }: ActorClaim,
): boolean {
  return holder?.client_id === clientId && holder.agent_id === agentId;
}

function isShallow(act: unknown): boolean {
  let inner = act;
  for (let depth = 0; depth <= longestChain; depth += 1) {
    if (typeof inner !== 'object' || inner === null || !('act' in inner)) return true;
    inner = inner.act;
  }
  return false;
}
