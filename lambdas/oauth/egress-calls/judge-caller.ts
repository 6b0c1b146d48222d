import type { CallerNames, EgressCaller } from '../../egress/proxy/caller.ts';
import type { ProofMarks } from '../../ports/proofs.ts';
import type { TokenStandings } from '../../ports/token-standing.ts';
import type { DpopProof } from '../../resource-server/dpop-proof.ts';
import type { Instant } from '../../runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  EgressProviderId,
  PersonId,
  ResourceUri,
} from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { viaOf } from '../../runtime/via.ts';
import { markProof, type PossessionPorts } from '../dpop/possession.ts';
import { type DocumentTrust, inactivity } from '../introspection/activity.ts';
import { tokenNames } from '../introspection/token-names.ts';
import type { CallerLimits } from '../limits/caller-limits.ts';
import { endpointsAt, type Hosts } from '../metadata/endpoints.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import { shownBinding, type PresentedRequest } from '../tokens/shown-binding.ts';
import { subjectKind } from '../tokens/subject-kind.ts';
import type { EgressTokenRefusal } from './refusal.ts';

export interface JudgeCallerPorts extends DocumentTrust, TokenSources, Hosts, PossessionPorts {
  readonly standings: TokenStandings;
  readonly limits: CallerLimits;
  readonly proofs: ProofMarks;
  readonly random: Random;
}

export interface PresentedCall extends PresentedRequest {
  readonly provider: EgressProviderId;
  /** Below the provider's own, as the client wrote it. */
  readonly path: string;
  readonly sourceAddress: string;
}

/** With `names`, whose token was refused. */
export interface RefusedCaller {
  readonly refusal: EgressTokenRefusal;
  readonly names?: CallerNames;
}

export interface JudgedCaller {
  readonly caller: EgressCaller;
  /** For the next proof of a client that sent one. */
  readonly nonce?: string;
}

/** Whether somebody may use the proxy to that third party now, and for what; a proof of a key is used up by it. */
export type JudgeCaller = (call: PresentedCall, now: Instant) => Promise<Result<JudgedCaller, RefusedCaller>>;

export function judgeCaller(ports: JudgeCallerPorts): JudgeCaller {
  return async (call, now) => {
    const admitted = ports.limits.address.admit(call.sourceAddress, now);
    if (!admitted.ok) return refuse({ refusal: admitted.refusal });
    const judged = await judgedToken(ports, call, now);
    // Whoever shows a token that is good is within the limit of its client, whatever address it calls from.
    if (!judged.ok && judged.refusal.refusal.reason !== 'too_many_requests') {
      const counted = await ports.limits.address.count(call.sourceAddress, now);
      if (!counted.ok) return refuse({ ...judged.refusal, refusal: counted.refusal });
    }
    return judged;
  };
}

async function judgedToken(
  ports: JudgeCallerPorts,
  call: PresentedCall,
  now: Instant,
): Promise<Result<JudgedCaller, RefusedCaller>> {
  if (call.presented === undefined) return refuse({ refusal: { reason: 'no_token' } });
  const read = await knownToken(call.presented.token, ports, now);
  if (!read.ok) return refuse({ refusal: read.refusal });
  const token = read.value;
  const names = namesOf(token);
  const judged = await judgedCall(ports, token, call, now);
  if (!judged.ok) return refuse({ refusal: judged.refusal, names });
  const { detail, nonce } = judged.value;
  return ok({ caller: { names, detail }, ...(nonce !== undefined && { nonce }) });
}

async function judgedCall(
  ports: JudgeCallerPorts,
  token: AccessTokenClaims,
  call: PresentedCall,
  now: Instant,
): Promise<Result<Allowed, EgressTokenRefusal>> {
  const resource = `${endpointsAt(ports, undefined).egress}/${call.provider}` as ResourceUri;
  const standing = await ports.standings.read({ ...tokenNames(token), resource });
  // RFC 9068 §4: a token of another resource, the proxy to another third party among them, is none here.
  const reason = inactivity(token, standing, ports);
  if (reason !== undefined) return refuse({ reason });
  const [detail] = token.authorization_details ?? [];
  if (detail?.provider !== call.provider || !isOf(detail, token))
    return refuse({ reason: 'token_without_rules' });
  const shown = await shownKey(ports, call, token, now);
  if (!shown.ok) return shown;
  const counted = await ports.limits.client.count(token.client_id as ClientId, now);
  if (!counted.ok) return counted;
  const isFirstUse = await markProof(ports, shown.value.proof, now);
  if (!isFirstUse) return refuse({ reason: 'dpop_proof_replayed' });
  return ok({ detail, ...(shown.value.nonce !== undefined && { nonce: shown.value.nonce }) });
}

/** An account of a person is used in the name of that person alone. */
function isOf({ holder }: Allowed['detail'], { sub }: AccessTokenClaims): boolean {
  return holder !== 'person' || subjectKind(sub) === 'person';
}

interface Allowed {
  readonly detail: EgressCaller['detail'];
  readonly nonce?: string;
}

interface ShownKey {
  readonly proof?: DpopProof;
  readonly nonce?: string;
}

async function shownKey(
  ports: JudgeCallerPorts,
  call: PresentedCall,
  token: AccessTokenClaims,
  now: Instant,
): Promise<Result<ShownKey, EgressTokenRefusal>> {
  const url = `${endpointsAt(ports, call.certificate).egress}/${call.provider}${call.path}`;
  const shown = await shownBinding(call, token, url, now);
  if (!shown.ok) return shown;
  return shown.value === undefined ? ok({}) : withNonce(ports, shown.value, now);
}

/** RFC 9449 §9: where proofs need a nonce, one without is answered with the one to use. */
async function withNonce(
  { nonces }: PossessionPorts,
  proof: DpopProof,
  now: Instant,
): Promise<Result<ShownKey, EgressTokenRefusal>> {
  if (nonces === undefined) return ok({ proof });
  const nonce = await nonces.next(now);
  if (proof.nonce === undefined) return refuse({ reason: 'dpop_nonce_missing', nonce });
  return (await nonces.accepts(proof.nonce, now))
    ? ok({ proof, nonce })
    : refuse({ reason: 'dpop_nonce_not_accepted', nonce });
}

function namesOf(token: AccessTokenClaims): CallerNames {
  const { jti, client_id: clientId, agent_id: agentId, sub } = token;
  return {
    ...{ jti, clientId: clientId as ClientId, ...viaOf(token) },
    ...(agentId !== undefined && { agentId: agentId as AgentId }),
    ...(subjectKind(sub) === 'person' && { personId: sub as PersonId }),
  };
}
