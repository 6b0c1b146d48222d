import type { EgressDetail } from '../ports/egress-token.ts';
import type { ProvenWorkload } from '../ports/workloads.ts';
import type { AuditEvent } from '../runtime/events.ts';
import { taskIn } from '../runtime/via.ts';
import type { Result } from '../runtime/result.ts';
import type { AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import { originOf } from './client-request.ts';
import { actorName, type Exchanged } from './exchange/chain.ts';
import type { TokenPlan } from './grants/grant.ts';
import type { Parameters } from './parameters.ts';
import { toWire, type Refusal } from './refusal.ts';
import { canonicalResourceUri } from './resource/canonical-uri.ts';
import { formatScope, parseScope } from './scope/scope.ts';
import type { GrantedToken, TokenRequest } from './token-request.ts';

/** As much of a caller's own text as an audit line keeps. */
const longestText = 256;

/** What the audit trail says of one token request: what was granted, or what was asked and why it was refused. */
export function tokenAudit(
  request: TokenRequest,
  client: AuthenticatedClient | undefined,
  outcome: Result<GrantedToken, Refusal>,
): AuditEvent {
  const { parameters } = request;
  const origin = { ...originOf(request, client), ...asked(parameters.values.get('grant_type'), 'grantType') };
  if (outcome.ok) return issuedEvent(origin, outcome.value);
  return {
    event: 'token_refused',
    ...origin,
    ...(client?.agent && { agentId: client.agent.id }),
    ...asked(wellFormedResources(parameters), 'resource'),
    ...asked(wellFormedScope(parameters), 'scope'),
    ...('grantId' in outcome.refusal && { grantId: outcome.refusal.grantId }),
    reason: outcome.refusal.reason,
    ...('why' in outcome.refusal && { detail: outcome.refusal.why }),
    error: toWire(outcome.refusal).error,
  };
}

/** Whose word was taken for what it is, and what that calls it. */
function ofWorkload({ verified: { anchor, claims } }: ProvenWorkload): object {
  return { anchor: anchor.id, ...asked(String(claims['sub']), 'workload') };
}

type Issued = Omit<GrantedToken, 'accessToken'>;

/** What is said of a token that was issued, to whoever asked for it. */
export function issuedEvent(
  origin: { readonly requestId: string; readonly sourceAddress: string },
  granted: Issued,
): AuditEvent {
  return { ...origin, ...issued(granted) };
}

function issued({ plan, jti, kid, api, family, expiresAt }: Issued) {
  const granted = { ...grantedTo(plan), expiresAt };
  if (family !== undefined) return { event: 'refresh_token_given', ...granted, familyId: family } as const;
  if (jti === undefined && plan.egress !== undefined) return { ...granted, ...ofThirdParty(plan.egress) };
  // It is its provider's own: nobody here reads what it is called.
  if (jti === undefined) return { event: 'api_token_given', ...granted, api: api ?? plan.audience } as const;
  const named = { jti, ...(kid !== undefined && { kid }) };
  return { event: 'token_issued', ...granted, ...named, ...boundTo(plan) } as const;
}

function ofThirdParty({ provider, connection, holder, group }: EgressDetail) {
  const named = { provider, connection, holder, ...(group !== undefined && { group }) };
  return { event: 'provider_token_given', ...named } as const;
}

function grantedTo(plan: TokenPlan) {
  return {
    clientId: plan.clientId,
    ...(plan.agentId !== undefined && { agentId: plan.agentId }),
    ...(plan.granted && { personId: plan.subject }),
    ...(plan.granted?.id !== undefined && { grantId: plan.granted.id }),
    ...(plan.workload && ofWorkload(plan.workload)),
    ...(plan.exchanged && chainOf(plan, plan.exchanged)),
    ...taskIn(plan.tasks),
    resource: plan.resource?.uri ?? plan.audience,
    scope: formatScope(plan.scope),
  };
}

/** "alice, via planner, via analyst": in whose name, through whom, and from which token. */
function chainOf({ subject: id }: TokenPlan, { kind, actors, jtis, anchor, family }: Exchanged) {
  const parentJti = jtis.at(-1);
  return {
    ...{ subject: { kind, id }, via: actors.map(actorName) },
    ...(parentJti !== undefined && { parentJti }),
    ...(anchor !== undefined && { anchor }),
    ...(family !== undefined && { familyId: family }),
  };
}

function boundTo({ jkt, x5t }: TokenPlan): Pick<TokenPlan, 'jkt' | 'x5t'> {
  return { ...(jkt !== undefined && { jkt }), ...(x5t !== undefined && { x5t }) };
}

/** Those that could be registered: what else stands there may hold a password or a token in its query. */
function wellFormedResources({ resources }: Parameters): string {
  const uris = resources.map((text) => canonicalResourceUri(text, 'loopback'));
  return uris.flatMap((uri) => (uri.ok ? [uri.value] : [])).join(' ');
}

function wellFormedScope({ values }: Parameters): string {
  const scope = parseScope(values.get('scope') ?? '');
  return scope.ok ? formatScope(scope.value) : '';
}

function asked<Name extends string>(text: string | undefined, name: Name): Partial<Record<Name, string>> {
  return text === undefined || text === ''
    ? {}
    : ({ [name]: text.slice(0, longestText) } as Record<Name, string>);
}
