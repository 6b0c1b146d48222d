import type { AssertionReplay } from '../../ports/replay.ts';
import type { Revocations } from '../../ports/revocations.ts';
import type { KeyRings } from '../../ports/signing.ts';
import { instant, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { AuditEvent } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { markAssertion } from '../client-authentication/mark-assertion.ts';
import { type ClientRequest, originOf } from '../client-request.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import type { Refusal } from '../refusal.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { readAccessToken, type TokenFault } from '../tokens/read-access-token.ts';

export interface RevocationPorts extends DecisionPorts {
  readonly issuer: Issuer;
  readonly keyRings: KeyRings;
  readonly revocations: Revocations;
  readonly replay: AssertionReplay;
  readonly random: Random;
}

/** What became of a token; its client is told none of it. */
export type RevocationOutcome =
  | { readonly revoked: true; readonly token: AccessTokenClaims }
  | { readonly revoked: false; readonly reason: TokenFault['reason'] | 'other_client' };

/** One revocation, decided and written to the audit trail. */
export type Revoke = (request: ClientRequest, now: Instant) => Promise<Result<RevocationOutcome, Refusal>>;

export function revocationEndpoint(ports: RevocationPorts): Revoke {
  return decidedRequest({
    ports,
    decide: (request, client, now) => revoke(ports, request, client, now),
    eventOf,
  });
}

async function revoke(
  ports: RevocationPorts,
  { parameters, requestId }: ClientRequest,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<RevocationOutcome, Refusal>> {
  // RFC 7009 §2.1: token_type_hint is a hint; there is one kind of token here.
  const text = parameters.values.get('token');
  if (text === undefined) return refuse({ reason: 'token_missing' });
  const source = { issuer: ports.issuer, ring: await ports.keyRings.current() };
  const token = await readAccessToken(text, source, now);
  // Marked first: a replayed assertion must not end a token. Marked for this very token: where the write below fails,
  // or its reply is lost, the same request made again is no replay, for all it can do is what it was made to do.
  const isFirstUse = await markAssertion(ports, client, now, sha256(`revoke\0${text}`));
  if (!isFirstUse) return refuse({ reason: 'assertion_replayed' });
  if (!token.ok) return ok({ revoked: false, reason: token.refusal.reason });
  const { jti, exp, client_id: holder } = token.value;
  const { id } = client.client;
  // RFC 7009 §2.1: the token was issued to the client that revokes it, or nothing happens.
  if (holder !== id) return ok({ revoked: false, reason: 'other_client' });
  await ports.revocations.revoke({ jti, clientId: id, until: instant(Math.ceil(exp)), now, requestId });
  return ok({ revoked: true, token: token.value });
}

function eventOf(
  request: ClientRequest,
  client: AuthenticatedClient | undefined,
  outcome: Result<RevocationOutcome, Refusal>,
): AuditEvent {
  const origin = originOf(request, client);
  if (!outcome.ok) return { event: 'revocation_refused', ...origin, reason: outcome.refusal.reason };
  if (!outcome.value.revoked) {
    return { event: 'revocation_refused', ...origin, reason: outcome.value.reason };
  }
  const { jti, agent_id: agentId, grant_id: grantId, exp: expiresAt } = outcome.value.token;
  return {
    ...{ event: 'token_revoked', ...origin, jti, expiresAt },
    ...(agentId !== undefined && { agentId }),
    ...(grantId !== undefined && { grantId }),
  };
}
