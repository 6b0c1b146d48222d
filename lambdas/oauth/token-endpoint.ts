import type { AssertionReplay } from '../ports/replay.ts';
import type { Instant } from '../runtime/clock.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import type { Random } from '../runtime/random.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import { markAssertion } from './client-authentication/mark-assertion.ts';
import type { ClientRequest } from './client-request.ts';
import { type DecisionPorts, decidedRequest } from './decided-request.ts';
import type { Grant } from './grants/grant.ts';
import type { Parameters } from './parameters.ts';
import type { GrantRefusal, Refusal } from './refusal.ts';
import { canonicalResourceUri } from './resource/canonical-uri.ts';
import { tokenAudit } from './token-audit.ts';
import type { GrantedToken, RequestToken } from './token-request.ts';
import type { IssueToken } from './tokens/issue.ts';

export interface TokenEndpointPorts extends DecisionPorts {
  readonly grants: readonly Grant[];
  readonly issue: IssueToken;
  readonly replay: AssertionReplay;
  readonly random: Random;
}

export function tokenEndpoint(ports: TokenEndpointPorts): RequestToken {
  return decidedRequest({
    ports,
    resourceHint,
    decide: ({ parameters }, client, now) => grantToken(ports, parameters, client, now),
    eventOf: tokenAudit,
  });
}

async function grantToken(
  ports: TokenEndpointPorts,
  parameters: Parameters,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<GrantedToken, Refusal>> {
  const grant = grantFor(ports.grants, parameters, client);
  if (!grant.ok) return grant;
  const plan = await grant.value.redeem(parameters, { client, now });
  if (!plan.ok) return plan;
  const token = await ports.issue(plan.value, now);
  // Signed first and marked last: a request that fails half way has not spent the assertion.
  const isFirstUse = await markAssertion(ports, client, now);
  return isFirstUse ? ok({ ...token, plan: plan.value }) : refuse({ reason: 'assertion_replayed' });
}

function grantFor(
  grants: readonly Grant[],
  { values }: Parameters,
  { client }: AuthenticatedClient,
): Result<Grant, GrantRefusal> {
  const type = values.get('grant_type');
  if (type === undefined) return refuse({ reason: 'grant_type_missing' });
  const grant = grants.find((candidate) => candidate.type === type);
  if (grant === undefined) return refuse({ reason: 'grant_type_unsupported' });
  return client.grantTypes.includes(grant.type) ? ok(grant) : refuse({ reason: 'grant_not_allowed' });
}

function resourceHint({ parameters: { resources } }: ClientRequest): ResourceUri | undefined {
  const [first] = resources;
  const uri = first === undefined ? undefined : canonicalResourceUri(first, 'loopback');
  return uri?.ok === true ? uri.value : undefined;
}
