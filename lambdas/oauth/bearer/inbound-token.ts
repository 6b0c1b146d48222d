import { ok, refuse, type Result } from '../../runtime/result.ts';
import { exchange, type ExchangePorts } from '../exchange/token-exchange.ts';
import { accessTokenType, jwtType } from '../exchange/token-types.ts';
import type { Decided, GrantContext } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';

interface AskedForToken {
  readonly resources: readonly string[];
  readonly audience: string | undefined;
  readonly scope: string | undefined;
}

/**
 * A token of ours that a client was sent and presents as its grant, as AgentCore does. It is an exchange under another name: who
 * may have what for it is decided there, and a client that does not prove itself gets nothing.
 */
export async function decideInboundToken(
  ports: ExchangePorts,
  assertion: string,
  asked: AskedForToken,
  context: GrantContext,
): Promise<Result<Decided, GrantRefusal>> {
  const request = { subject: { token: assertion, type: jwtType }, requestedType: accessTokenType, ...asked };
  const decided = await exchange(ports, request, context);
  if (!decided.ok) return refuse(asGrant(decided.refusal));
  // RFC 6749 §5.1: the answer is that of a grant, and has no word for the type of what it holds.
  const { issuedTokenType: _, ...answer } = decided.value;
  return ok(answer);
}

/** RFC 7521 §4.1.1: what is wrong with the assertion is wrong with the grant. */
function asGrant(refusal: GrantRefusal): GrantRefusal {
  if (refusal.reason !== 'exchange_refused') return refusal;
  return {
    ...refusal,
    error: refusal.error === 'invalid_request' ? 'invalid_grant' : refusal.error,
    description: refusal.description.replaceAll('subject_token', 'assertion'),
  };
}
