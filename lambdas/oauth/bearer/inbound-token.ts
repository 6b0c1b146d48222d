import { refuse, type Result } from '../../runtime/result.ts';
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
  const subject = { token: assertion, type: jwtType };
  const decided = await exchange(ports, { subject, requestedType: accessTokenType, ...asked }, context);
  return decided.ok ? decided : refuse(asGrant(decided.refusal));
}

/** RFC 7521 §4.1.1: what is wrong with the assertion is wrong with the grant. */
function asGrant(refusal: GrantRefusal): GrantRefusal {
  if (refusal.reason !== 'exchange_refused') return refusal;
  const { why, error, description } = refusal;
  return {
    ...{ reason: 'assertion_refused', why },
    error: error === 'invalid_request' ? 'invalid_grant' : error,
    description: description.replaceAll('subject_token', 'assertion'),
  };
}
