import type { AssertionReplay } from '../../ports/replay.ts';
import type { Signer } from '../../ports/signing.ts';
import type { TokenNames, TokenStanding, TokenStandings } from '../../ports/token-standing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { AuditEvent } from '../../runtime/events.ts';
import type { AgentId, ClientId, ResourceUri } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { viaOf } from '../../runtime/via.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { markAssertion } from '../client-authentication/mark-assertion.ts';
import { type ClientRequest, originOf } from '../client-request.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import { toWire, type Refusal } from '../refusal.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import type { TokenFault } from '../tokens/read-access-token.ts';
import { type DocumentTrust, inactivity } from './activity.ts';
import { signedIntrospection } from './introspection-answer.ts';
import type { Introspection } from './introspection.ts';
import { tokenNames } from './token-names.ts';

export interface IntrospectionPorts extends DecisionPorts, DocumentTrust, TokenSources {
  readonly signer: Signer;
  readonly standings: TokenStandings;
  readonly replay: AssertionReplay;
  readonly random: Random;
}

export interface IntrospectionRequest extends ClientRequest {
  /** Whether the answer is to be a signed JWT (RFC 9701). */
  readonly wantsSigned?: boolean;
}

/** One introspection, decided and written to the audit trail. */
export type Introspect = (
  request: IntrospectionRequest,
  now: Instant,
) => Promise<Result<Introspection, Refusal>>;

export function introspectionEndpoint(ports: IntrospectionPorts): Introspect {
  return decidedRequest({
    ports,
    decide: (request, client, now) => introspect(ports, request, client, now),
    eventOf,
  });
}

async function introspect(
  ports: IntrospectionPorts,
  { parameters, wantsSigned = false }: IntrospectionRequest,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<Introspection, Refusal>> {
  const { id, resource } = client.client;
  // RFC 7662 §2.1: whoever may ask about tokens that were not sent to it learns what it can steal.
  if (resource === undefined) return refuse({ reason: 'not_a_resource_server' });
  // RFC 7662 §2.1: token_type_hint is a hint; there is one kind of token here.
  const text = parameters.values.get('token');
  if (text === undefined) return refuse({ reason: 'token_missing' });
  const token = await knownToken(text, ports, now);
  // Asked for tokens that are none as well, so that no delay tells the one from the other.
  const standing = await ports.standings.read(
    namesOf(token.ok ? token.value : undefined, { caller: id, resource, now }),
  );
  const found = judged(token, standing, ports);
  // Signed first and marked last: a request that fails half way has not spent the assertion.
  const answer = wantsSigned ? { ...found, jwt: await signedIntrospection(ports, found, id, now) } : found;
  return (await markAssertion(ports, client, now)) ? ok(answer) : refuse({ reason: 'assertion_replayed' });
}

function judged(
  token: Result<AccessTokenClaims, TokenFault>,
  standing: TokenStanding,
  documents: DocumentTrust,
): Introspection {
  if (!token.ok) return { active: false, reason: token.refusal.reason };
  const reason = inactivity(token.value, standing, documents);
  return reason === undefined
    ? { active: true, token: token.value }
    : { active: false, reason, token: token.value };
}

/** What stands in for the names of a token that has none is as much to read, and decides nothing. */
function namesOf(
  token: AccessTokenClaims | undefined,
  asked: { readonly caller: ClientId; readonly resource: ResourceUri; readonly now: Instant },
): TokenNames {
  const { caller, resource, now } = asked;
  if (token !== undefined) return { ...tokenNames(token), resource };
  return { jti: '', expiresAt: now, clientId: caller, agentId: caller as string as AgentId, resource };
}

function eventOf(
  request: ClientRequest,
  client: AuthenticatedClient | undefined,
  outcome: Result<Introspection, Refusal>,
): AuditEvent {
  const origin = originOf(request, client);
  if (!outcome.ok) {
    const { reason } = outcome.refusal;
    return { event: 'introspection_refused', ...origin, reason, error: toWire(outcome.refusal).error };
  }
  const { active, token } = outcome.value;
  return {
    event: 'token_introspected',
    ...origin,
    ...(client?.client.resource !== undefined && { resource: client.client.resource }),
    active,
    ...(outcome.value.active ? {} : { reason: outcome.value.reason }),
    ...(token && namesInAudit(token)),
  };
}

function namesInAudit(token: AccessTokenClaims) {
  const { jti, client_id, agent_id: agentId, grant_id: grantId } = token;
  return {
    ...{ jti, tokenClientId: client_id, ...viaOf(token) },
    ...(agentId !== undefined && { agentId }),
    ...(grantId !== undefined && { grantId }),
  };
}
