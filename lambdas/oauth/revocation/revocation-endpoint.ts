import { longestTokenSeconds } from '../../ports/ends.ts';
import type { Grants } from '../../ports/grants.ts';
import type { AssertionReplay } from '../../ports/replay.ts';
import type { Revocations } from '../../ports/revocations.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { AuditEvent } from '../../runtime/events.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { markAssertion } from '../client-authentication/mark-assertion.ts';
import { type ClientRequest, originOf } from '../client-request.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import { endGrant, type EndPorts } from '../grants/end-grant.ts';
import { isOfFamily, readRefreshToken, type RefreshToken } from '../grants/family.ts';
import type { Refusal } from '../refusal.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import type { TokenFault } from '../tokens/read-access-token.ts';

export interface RevocationPorts extends DecisionPorts, TokenSources {
  readonly revocations: Revocations;
  /** Undefined where no people sign in, and there are no refresh tokens. */
  readonly people: (EndPorts & { readonly grants: Pick<Grants, 'find'> }) | undefined;
  readonly replay: AssertionReplay;
  readonly random: Random;
}

/** What became of a token; its client is told none of it. */
export type RevocationOutcome =
  | { readonly revoked: true; readonly token: AccessTokenClaims }
  | { readonly revoked: true; readonly grantId: GrantId }
  | { readonly revoked: false; readonly reason: TokenFault['reason'] | RefreshFault | 'other_client' };

type RefreshFault = 'refresh_token_unknown' | 'ended_before';

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
  request: ClientRequest,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<RevocationOutcome, Refusal>> {
  // RFC 7009 §2.1: token_type_hint is a hint; no two kinds of token here are written alike.
  const text = request.parameters.values.get('token');
  if (text === undefined) return refuse({ reason: 'token_missing' });
  const refreshToken = readRefreshToken(text);
  const token = await knownToken(text, ports, now);
  // Marked first: a replayed assertion must not end a token. Marked for this very token: where the write below fails,
  // or its reply is lost, the same request made again is no replay, for all it can do is what it was made to do.
  const isFirstUse = await markAssertion(ports, client, now, sha256(`revoke\0${text}`));
  if (!isFirstUse) return refuse({ reason: 'assertion_replayed' });
  if (refreshToken !== undefined) return ok(await endFamily(ports, refreshToken, request, client, now));
  if (!token.ok) return ok({ revoked: false, reason: token.refusal.reason });
  const { jti, exp, client_id: holder, grant_id: grant } = token.value;
  const { id } = client.client;
  // RFC 7009 §2.1: the token was issued to the client that revokes it, or nothing happens.
  if (holder !== id) return ok({ revoked: false, reason: 'other_client' });
  await ports.revocations.revoke({
    jti,
    clientId: id,
    until: instant(Math.ceil(exp)),
    // By a refresh token that was exchanged for it, somebody may have got an access token a moment ago.
    ...(grant !== undefined && { outlivedUntil: after(now, longestTokenSeconds) }),
    now,
    requestId: request.requestId,
  });
  return ok({ revoked: true, token: token.value });
}

/** RFC 7009 §2.1: with a refresh token ends the grant, and all access tokens that were issued on it. */
async function endFamily(
  { people }: RevocationPorts,
  token: RefreshToken,
  { requestId }: ClientRequest,
  { client }: AuthenticatedClient,
  now: Instant,
): Promise<RevocationOutcome> {
  const { terms, family, ended } = (await people?.grants.find(token.grantId)) ?? {};
  if (people === undefined || terms === undefined || family === undefined || !isOfFamily(family, token)) {
    return { revoked: false, reason: 'refresh_token_unknown' };
  }
  if (terms.clientId !== client.id) return { revoked: false, reason: 'other_client' };
  // Ended before, it may still be kept upstream: the reply of that may have been lost.
  await endGrant(people, terms, 'revoked', { now, requestId });
  return ended === undefined
    ? { revoked: true, grantId: terms.id }
    : { revoked: false, reason: 'ended_before' };
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
  if ('grantId' in outcome.value) {
    return { event: 'grant_revoked', ...origin, grantId: outcome.value.grantId };
  }
  const { jti, agent_id: agentId, grant_id: grantId, exp: expiresAt } = outcome.value.token;
  return {
    ...{ event: 'token_revoked', ...origin, jti, expiresAt },
    ...(agentId !== undefined && { agentId }),
    ...(grantId !== undefined && { grantId }),
  };
}
