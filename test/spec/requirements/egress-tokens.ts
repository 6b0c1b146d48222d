import { must } from '../requirement.ts';

/** Tokens for the proxy to third parties. */
export const egressTokens = {
  'rfc9396:9.1:egress-detail': must(
    ['RFC 9396 §9.1', 'RFC 9396 §9.2'],
    'says in authorization_details of a token for the proxy, and of its introspection, by whose account it allows which requests, and takes no token for one whose details it cannot read to the last member',
  ),
} as const;
