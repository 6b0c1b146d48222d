import { must } from '../requirement.ts';

/** What a resource server may learn of a token, and how a client ends one. */
export const introspection = {
  'rfc7662:2.1:authenticated-resource-servers': must(
    'RFC 7662 §2.1',
    'answers introspection by POST, to clients that proved themselves and are the server of a resource',
  ),
  'rfc7662:2.1:token-required': must(
    'RFC 7662 §2.1',
    'refuses an introspection without token, and takes any token_type_hint',
  ),
  'rfc7662:2.2:active-token': must(
    'RFC 7662 §2.2',
    'tells the server of a resource what an active token for that resource says',
  ),
  'rfc7662:2.2:inactive-says-nothing': must(
    'RFC 7662 §2.2',
    'answers {"active":false} and nothing else to garbage, expired tokens and tokens for another resource',
  ),
  'rfc7662:2.3:invalid-client': must(
    'RFC 7662 §2.3',
    'answers an introspection by a client that did not prove itself with 401 invalid_client',
  ),
  'vestibule:introspection-is-fresh': must(
    'Vestibule',
    'finds a token inactive at the very next introspection after it was revoked, or its client, agent or resource disabled',
  ),
  'vestibule:assertion-single-use-everywhere': must(
    'Vestibule',
    'takes one assertion once, whichever of /token, /introspect and /revoke it is presented to',
  ),
  'rfc7009:2.1:own-tokens-only': must(
    'RFC 7009 §2.1',
    'revokes a token for the authenticated client that it was issued to, and for no other',
  ),
  'rfc7009:2.1:invalid-client': must(
    'RFC 7009 §2.1',
    'answers a revocation by a client that did not prove itself with 401 invalid_client',
  ),
  'rfc7009:2.2:unknown-token': must(
    'RFC 7009 §2.2',
    'answers 200 alike for a revoked token, an unknown one, one of another client and one that was revoked before',
  ),
  'rfc7009:2.2.1:unavailable': must(
    'RFC 7009 §2.2.1',
    'answers 503 with Retry-After while it cannot revoke, and revokes at the next try',
  ),
  'rfc7009:2.3:cross-origin': must('RFC 7009 §2.3', 'lets pages of any origin revoke'),
} as const;
