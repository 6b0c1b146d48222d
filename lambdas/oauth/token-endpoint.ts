import type { AssertionReplay } from '../ports/replay.ts';
import { sha256 } from '../runtime/digest.ts';
import type { Random } from '../runtime/random.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import { markAssertion } from './client-authentication/mark-assertion.ts';
import { type DecisionPorts, decidedRequest } from './decided-request.ts';
import type { Grant, GrantContext } from './grants/grant.ts';
import type { Parameters } from './parameters.ts';
import type { GrantRefusal, Refusal } from './refusal.ts';
import { namedResource } from './resource/named-resource.ts';
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
    resourceHint: ({ parameters }) => namedResource(parameters),
    decide: ({ parameters, requestId }, client, now) =>
      grantToken(ports, parameters, { client, now, requestId }),
    eventOf: tokenAudit,
  });
}

async function grantToken(
  ports: TokenEndpointPorts,
  parameters: Parameters,
  context: GrantContext,
): Promise<Result<GrantedToken, Refusal>> {
  const { client, now } = context;
  const grant = grantFor(ports.grants, parameters, client);
  if (!grant.ok) return grant;
  const decided = await grant.value.redeem(parameters, context);
  if (!decided.ok) return decided;
  const { plan, idToken, uses, mark } = decided.value;
  const { expiresAt: clientUntil } = client.client;
  const token = await ports.issue(
    { plan, ...(idToken && { idToken }), ...(clientUntil !== undefined && { clientUntil }) },
    now,
  );
  // Signed first and marked last: a request that fails half way has spent nothing. The assertion is marked before, so
  // that none which was caught uses up anything, and for this very use, so that the same request again is no replay.
  const isFirstUse = await markAssertion(ports, client, now, uses && sha256(`${grant.value.type}\0${uses}`));
  if (!isFirstUse) return refuse({ reason: 'assertion_replayed' });
  const marked = mark === undefined ? ok({}) : await mark();
  return marked.ok ? ok({ ...token, plan, ...marked.value }) : marked;
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
