import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Agent, Client, RegistryReader } from '../../ports/registry.ts';
import type { ForeignFault, VerifiedForeign, VerifyForeign } from '../../ports/trust-anchors.ts';
import type { WorkloadRule } from '../../ports/workloads.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { ClientId, Issuer, ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type AuthenticatedClient, provenAgent } from '../client-authentication/authenticate-client.ts';
import type { Parameters } from '../parameters.ts';
import type { ClientRefusal, GrantRefusal } from '../refusal.ts';
import { jwtBearerGrantType } from './grant-type.ts';
import { ruleFor } from './workload-rule.ts';
import type { WorkloadRefusal } from './workload-refusal.ts';

export interface WorkloadPorts {
  readonly issuer: Issuer;
  readonly registry: RegistryReader;
  readonly verifyForeign: VerifyForeign;
  readonly rules: readonly WorkloadRule[];
}

/**
 * Proves the agent that a workload is, by an assertion alone (WIF-1). Undefined: the request is none of that kind, and
 * `refusal`, for which it proves no client, stands.
 */
export type ProveWorkload = (
  parameters: Parameters,
  refusal: ClientRefusal,
  resourceUri: ResourceUri | undefined,
  now: Instant,
) => Promise<Result<AuthenticatedClient, GrantRefusal>> | undefined;

export function workloadProof(ports: WorkloadPorts): ProveWorkload {
  return ({ values }, refusal, resourceUri, now) => {
    const assertion = values.get('assertion');
    const isAlone = refusal.reason === 'client_not_authenticated';
    if (!isAlone || assertion === undefined || values.get('grant_type') !== jwtBearerGrantType)
      return undefined;
    return isForClients(assertion, ports.issuer) ? undefined : prove(ports, assertion, resourceUri, now);
  };
}

/** WIF-7: what is typed as an ID-JAG is a client's, and so is what we issued ourselves: either takes a client that proves itself. */
function isForClients(assertion: string, issuer: Issuer): boolean {
  try {
    const { typ } = decodeProtectedHeader(assertion);
    return decodeJwt(assertion).iss === issuer || typ?.toLowerCase().endsWith('oauth-id-jag+jwt') === true;
  } catch {
    return false;
  }
}

async function prove(
  { registry, verifyForeign, rules }: WorkloadPorts,
  assertion: string,
  resourceUri: ResourceUri | undefined,
  now: Instant,
): Promise<Result<AuthenticatedClient, GrantRefusal>> {
  const verified = await verifyForeign(assertion, ['workload'], now);
  if (!verified.ok) return unacceptable(verified.refusal.fault, toldTo(verified.refusal));
  const fault = faultInUse(verified.value, now);
  if (fault !== undefined) return unacceptable(...fault);
  const { anchor, claims } = verified.value;
  const rule = ruleFor(rules, anchor.id, claims);
  if (rule === undefined) return unacceptable('no_rule_fits', 'is of no workload that is known here');
  const hint = resourceUri === undefined ? {} : { resourceUri };
  const { agent } = await registry.view({ agentId: rule.agent, ...hint });
  if (agent === undefined) return unacceptable('agent_unknown', 'is of an agent that is not registered');
  return ok(provenAgent(agent, asClient(agent), { rule, verified: verified.value }));
}

/** What everybody may read of a token that they have; whether its issuer is one that counts here is not told. */
const told: ReadonlySet<ForeignFault> = new Set([
  ...(['not_a_jwt', 'encrypted', 'header_not_acceptable', 'claims_malformed', 'out_of_time'] as const),
  ...(['audience_wrong', 'claim_not_accepted', 'assurance_too_low'] as const),
]);

/** The last three are found when the signature is verified: whoever presents that has it from the issuer. */
function toldTo({ fault, detail }: { readonly fault: ForeignFault; readonly detail: string }): string {
  if (fault === 'audience_wrong') return 'must have the issuer or the token endpoint as its aud';
  return told.has(fault)
    ? detail
    : 'is of nobody who is trusted here with assertions of workloads, or no key of its issuer verifies it';
}

/** Seconds: so long it would have to be remembered that an assertion was used. */
const longestLife = 86_400;

function faultInUse(
  { anchor, claims, expiresAt }: VerifiedForeign,
  now: Instant,
): readonly [WorkloadFault, string] | undefined {
  if (expiresAt > after(now, longestLife)) {
    return ['lives_too_long', `must expire within ${longestLife} seconds`];
  }
  // WIF-2: without it nobody could tell whether it was used before.
  return claims['jti'] === undefined && anchor.reusable !== true
    ? ['jti_missing', 'must have a jti: each is taken once']
    : undefined;
}

type WorkloadFault = Extract<WorkloadRefusal, { readonly reason: 'workload_not_accepted' }>['why'];

function unacceptable(why: WorkloadFault, detail: string): Result<never, WorkloadRefusal> {
  return refuse({ reason: 'workload_not_accepted', why, detail });
}

/** The agent under its own name: no client may have it, and nothing of it is registered as one. */
function asClient({ id, name, state, managedBy, createdAt, updatedAt }: Agent): Client {
  return {
    ...{ id: id as string as ClientId, name, agentId: id, state, managedBy, createdAt, updatedAt },
    grantTypes: [jwtBearerGrantType],
    // The keys are its platform's, and were just verified by.
    authentication: {
      method: 'private_key_jwt',
      keys: { kind: 'jwks', jwks: { keys: [] } },
      acceptsTokenEndpointAudience: false,
    },
  };
}
