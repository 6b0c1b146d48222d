import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ok } from '../../runtime/result.ts';
import { idJagType } from '../asserting/asserted-identity.ts';
import { defineGrant, type Grant } from '../grants/grant.ts';
import type { ExchangePorts } from '../exchange/token-exchange.ts';
import { decideIdJag, type IdJagPorts } from './id-jag-grant.ts';
import { decideInboundToken } from './inbound-token.ts';
import { jwtBearerGrantType } from './grant-type.ts';
import { assertionRefused, bearerRefused } from './refusal.ts';

export interface JwtBearerPorts extends IdJagPorts {
  readonly exchanges: ExchangePorts;
}

/** RFC 7523 §2.1: what is asserted is the grant. Its issuer and its type say what it is. */
export function jwtBearerGrant(ports: JwtBearerPorts): Grant {
  const grant = defineGrant({
    type: jwtBearerGrantType,
    parameters: ['assertion', 'scope', 'resource', 'audience'],
    parse: ({ values, resources }) => {
      const assertion = values.get('assertion');
      const asked = { scope: values.get('scope'), audience: values.get('audience'), resources };
      return assertion === undefined ? bearerRefused('assertion_missing') : ok({ assertion, asked });
    },
    decide: async ({ assertion, asked }, context) => {
      const { issuer, type } = claimed(assertion);
      if (issuer !== ports.issuer) return decideIdJag(ports, assertion, asked, context);
      // An authorization server gives no access token for what it asserts itself: what it grants could only grow by it.
      return type === idJagType
        ? assertionRefused('of_our_own', 'was issued by this server, which takes those of others')
        : decideInboundToken(ports.exchanges, assertion, asked, context);
    },
  });
  // A workload is no client, and presents no other assertion.
  return { ...grant, isFor: ({ workload }) => workload === undefined };
}

/** What the assertion says of itself; nothing of it is verified. */
function claimed(assertion: string): { readonly issuer?: unknown; readonly type?: unknown } {
  try {
    return { issuer: decodeJwt(assertion).iss, type: decodeProtectedHeader(assertion).typ };
  } catch {
    return {};
  }
}
