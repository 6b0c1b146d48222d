import { decodeJwt } from 'jose';
import { ok } from '../../runtime/result.ts';
import { defineGrant, type Grant } from '../grants/grant.ts';
import { decideIdJag, type IdJagPorts } from './id-jag-grant.ts';
import { jwtBearerGrantType } from './grant-type.ts';
import { assertionRefused, bearerRefused } from './refusal.ts';

/** RFC 7523 §2.1: what somebody else asserts is the grant. */
export function jwtBearerGrant(ports: IdJagPorts): Grant {
  const grant = defineGrant({
    type: jwtBearerGrantType,
    parameters: ['assertion', 'scope', 'resource'],
    parse: ({ values, resources }) => {
      const assertion = values.get('assertion');
      return assertion === undefined
        ? bearerRefused('assertion_missing')
        : ok({ assertion, scope: values.get('scope'), resources });
    },
    decide: async ({ assertion, ...asked }, context) => {
      // An authorization server gives no access token for what it asserts itself: what it grants could only grow by it.
      if (claimedIssuer(assertion) === ports.issuer) {
        return assertionRefused('of_our_own', 'was issued by this server, which takes those of others');
      }
      return decideIdJag(ports, assertion, asked, context);
    },
  });
  // A workload is no client, and presents no other assertion.
  return { ...grant, isFor: ({ workload }) => workload === undefined };
}

/** Nothing of it is verified. */
function claimedIssuer(assertion: string): unknown {
  try {
    return decodeJwt(assertion).iss;
  } catch {
    return undefined;
  }
}
