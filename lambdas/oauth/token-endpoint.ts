import type { Client } from '../ports/registry.ts';
import { sha256 } from '../runtime/digest.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import { type DecisionPorts, decidedRequest } from './decided-request.ts';
import { type EgressPorts, withEgress } from './egress/egress-access.ts';
import { boundKey, type PossessionPorts, type ProvenKey, readPossession } from './dpop/possession.ts';
import type { Decided, Grant, GrantContext, TokenPlan } from './grants/grant.ts';
import { markProofs, type MarkPorts } from './mark-proofs.ts';
import { endpointsAt, type Hosts } from './metadata/endpoints.ts';
import { boundCertificate } from './mutual-tls/bound-certificate.ts';
import type { Parameters } from './parameters.ts';
import type { GrantRefusal, Refusal } from './refusal.ts';
import { namedResource } from './resource/named-resource.ts';
import { tokenAudit } from './token-audit.ts';
import type { GrantedToken, RequestToken } from './token-request.ts';
import type { IssueToken } from './tokens/issue.ts';

export interface TokenEndpointPorts extends DecisionPorts, PossessionPorts, MarkPorts, Hosts {
  readonly grants: readonly Grant[];
  /** Where it is: what proofs have to name. */
  readonly endpoint: 'token' | 'exchange';
  readonly issue: IssueToken;
  /** Undefined where there are no third parties. */
  readonly egress?: EgressPorts | undefined;
}

export function tokenEndpoint(ports: TokenEndpointPorts): RequestToken {
  return decidedRequest({
    ports,
    resourceHint: ({ parameters }) => namedResource(parameters),
    decide: async ({ parameters, requestId, proof, certificate }, client, now) => {
      // RFC 9449 §4.3: the URL as it is published, whatever host the request says it came to.
      const target = { method: 'POST', url: endpointsAt(ports, certificate)[ports.endpoint] };
      const possession = await readPossession(ports, proof, target, now);
      return grantToken(ports, parameters, { client, now, requestId, possession, certificate });
    },
    // A device that asks whether somebody has decided is told nothing new: nothing is decided by it.
    eventOf: (request, client, outcome) =>
      !outcome.ok && outcome.refusal.reason === 'device_waiting'
        ? undefined
        : tokenAudit(request, client, outcome),
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
  // Before anything counts as a replay: without its certificate, what a client presents may be stolen.
  const certificate = boundCertificate(client.client, context);
  if (!certificate.ok) return certificate;
  const found = await decidedBy(ports, grant.value, parameters, context);
  if (!found.ok) return found;
  const { decided, key, completed } = found.value;
  const unsigned = grantUnsigned(ports, decided, completed, context);
  if (unsigned !== undefined) return unsigned;
  const { idToken, issuedTokenType, uses, mark } = decided;
  const plan = boundTo(completed, key, certificate.value);
  const { expiresAt: clientUntil } = client.client;
  const token = await ports.issue(
    { plan, ...(idToken && { idToken }), ...(clientUntil !== undefined && { clientUntil }) },
    now,
  );
  // Signed first and marked last: a request that fails half way has spent nothing. What proves the client is marked
  // before, so that none which was caught uses up anything.
  // Marked for this very use, so that the same request again is no replay.
  const fault = await markProofs(ports, context, uses && sha256(`${grant.value.type}\0${uses}`));
  if (fault !== undefined) return refuse({ reason: fault });
  const marked = mark === undefined ? ok({}) : await mark();
  if (!marked.ok) return marked;
  return ok({ ...token, plan, ...marked.value, ...typeOf(issuedTokenType), ...nextNonce(key) });
}

interface DecidedToken {
  readonly decided: Decided;
  readonly key: ProvenKey | undefined;
  /** What was decided, with whose account is used and for what, where it is for a third party. */
  readonly completed: TokenPlan;
}

async function decidedBy(
  { egress }: TokenEndpointPorts,
  grant: Grant,
  parameters: Parameters,
  context: GrantContext,
): Promise<Result<DecidedToken, GrantRefusal>> {
  const decided = await grant.redeem(parameters, context);
  if (!decided.ok) return decided;
  const { plan } = decided.value;
  const key = boundKey({ dpopBound: isOfKey(context.client.client, plan) }, context.possession);
  if (!key.ok) return key;
  const isExact = parameters.values.has('scope');
  const completed = await withEgress(egress, plan, { now: context.now, isExact });
  return completed.ok
    ? ok({ decided: decided.value, key: key.value, completed: completed.value })
    : completed;
}

/** Undefined where a token of ours is to be signed. */
function grantUnsigned(
  ports: TokenEndpointPorts,
  decided: Decided,
  completed: TokenPlan,
  context: GrantContext,
): Promise<Result<GrantedToken, Refusal>> | undefined {
  if (decided.elsewhere !== undefined) return grantForeign(ports, { ...decided, plan: completed }, context);
  return decided.opens === undefined ? undefined : grantFamily(ports, decided, context);
}

function typeOf(issuedTokenType: string | undefined): Pick<GrantedToken, 'issuedTokenType'> {
  return issuedTokenType === undefined ? {} : { issuedTokenType };
}

/** What somebody else issues is bound to nothing that the client has proved; what it proved itself by is spent all the same. */
async function grantForeign(
  ports: TokenEndpointPorts,
  { plan, elsewhere }: Decided,
  context: GrantContext,
): Promise<Result<GrantedToken, Refusal>> {
  const token = await elsewhere?.(plan);
  if (token === undefined) throw new Error('nobody is there to issue it');
  if (!token.ok) return token;
  const fault = await markProofs(ports, context, undefined);
  if (fault !== undefined) return refuse({ reason: fault });
  const key = context.possession.ok ? context.possession.value : undefined;
  return ok({ ...token.value, plan: { ...plan, scope: token.value.scope }, ...nextNonce(key) });
}

/** A refresh token in place of a token that is signed. What proves the client is marked before anything is kept. */
async function grantFamily(
  ports: TokenEndpointPorts,
  { plan, issuedTokenType, opens }: Decided,
  context: GrantContext,
): Promise<Result<GrantedToken, Refusal>> {
  const fault = await markProofs(ports, context, undefined);
  if (fault !== undefined) return refuse({ reason: fault });
  const opened = await opens?.keep();
  if (opened === undefined) throw new Error('there is nothing to keep');
  const { id: family, refreshToken, expiresAt } = opened;
  const key = context.possession.ok ? context.possession.value : undefined;
  const token = { accessToken: refreshToken.reveal(), expiresAt, family };
  return ok({ ...token, plan, ...typeOf(issuedTokenType), ...nextNonce(key) });
}

/** RFC 9449 §5.2 of the client, RFC 9728 §2 of the resource: where either takes bound tokens alone, no other is issued. */
function isOfKey({ dpopBound = false }: Client, { resource }: TokenPlan): boolean {
  return dpopBound || resource?.dpop === 'required';
}

function boundTo(plan: TokenPlan, key: ProvenKey | undefined, x5t: string | undefined): TokenPlan {
  if (x5t !== undefined) return { ...plan, x5t };
  return key === undefined ? plan : { ...plan, jkt: key.jkt };
}

function nextNonce(key: ProvenKey | undefined): Pick<GrantedToken, 'dpopNonce'> {
  return key?.nonce === undefined ? {} : { dpopNonce: key.nonce };
}

function grantFor(
  grants: readonly Grant[],
  { values }: Parameters,
  caller: AuthenticatedClient,
): Result<Grant, GrantRefusal> {
  const type = values.get('grant_type');
  if (type === undefined) return refuse({ reason: 'grant_type_missing' });
  const ofType = grants.filter((candidate) => candidate.type === type);
  if (ofType.length === 0) return refuse({ reason: 'grant_type_unsupported' });
  const grant = ofType.find(({ isFor }) => isFor?.(caller) ?? true);
  if (grant === undefined) return refuse({ reason: 'grant_not_allowed' });
  return caller.client.grantTypes.includes(grant.type) ? ok(grant) : refuse({ reason: 'grant_not_allowed' });
}
