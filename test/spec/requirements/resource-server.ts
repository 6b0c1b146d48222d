import { must, should } from '../requirement.ts';

/** The resource-server library, and the demo MCP server that uses it. */
export const resourceServer = {
  'RS-7': must(
    'RS-7',
    'the resource server accepts only tokens issued for itself, from the Authorization header',
  ),
  'RS-8': should(
    ['RS-8', 'IX-61'],
    'the resource server answers a missing scope with 403 insufficient_scope, the scopes of the operation and its metadata',
  ),
  'RS-9': must('RS-9', 'the resource server decides sufficiency by the scope hierarchy it was given'),
  'RS-10': must(
    'RS-10',
    'the resource server answers 401 without a valid token, 403 without the scope, 400 to a malformed request',
  ),
  'IX-2': must('IX-2', 'the resource server sends one challenge header, Bearer first, and none on success'),
  'rfc6750:2.1:authorization-header': must(
    'RFC 6750 §2.1',
    'the resource server accepts a token in the Authorization header, its scheme in any case',
  ),
  'rfc6750:2.3:never-in-the-query': must(
    ['RFC 6750 §2.3', 'RFC 9700 §4.3.2', 'RS-7'],
    'the resource server never accepts a token from the query',
  ),
  'rfc6750:3:challenge': must(
    'RFC 6750 §3',
    'the resource server challenges every refused request with Bearer',
  ),
  'rfc6750:3.1:no-code-without-credentials': should(
    'RFC 6750 §3.1',
    'the resource server gives no error code to a request that carries no token',
  ),
  'rfc6750:3.1:invalid-request': must(
    'RFC 6750 §3.1',
    'the resource server answers a malformed Authorization header with 400 invalid_request',
  ),
  'rfc6750:3.1:invalid-token': must(
    'RFC 6750 §3.1',
    'the resource server answers an expired, foreign or forged token with 401 invalid_token',
  ),
  'rfc6750:3.1:insufficient-scope': must(
    'RFC 6750 §3.1',
    'the resource server answers a token of too few scopes with 403 insufficient_scope',
  ),
  'rfc9728:5.1:resource-metadata': must(
    'RFC 9728 §5.1',
    'the resource server points at its metadata by an absolute URL in every challenge',
  ),
  'rfc9068:4:type': must('RFC 9068 §4', 'the resource server refuses a JWT that is not typed at+jwt'),
  'rfc9068:4:issuer': must('RFC 9068 §4', 'the resource server refuses a token of another issuer'),
  'rfc9068:4:audience': must('RFC 9068 §4', 'the resource server refuses a token made for another resource'),
  'rfc9068:4:signature': must(
    'RFC 9068 §4',
    'the resource server refuses a token that no published key signed',
  ),
  'rfc9068:4:expiry': must('RFC 9068 §4', 'the resource server refuses a token past its expiry'),
  'rfc8725:3.1:no-algorithm-choice': must(
    'RFC 8725 §3.1',
    'the resource server takes the algorithm from its own list, never from the token',
  ),
  'rfc9449:4.2:exchanger-proofs': must(
    ['RFC 9449 §4.2', 'RFC 9449 §7.1'],
    'a server that exchanges with a key proves it at the token endpoint and at the target, anew for each request',
  ),
  'rfc9449:8:exchanger-nonces': must(
    ['RFC 9449 §8', 'RFC 9449 §8.2', 'RFC 9449 §9'],
    'a server that exchanges with a key goes on with the nonces that it is told, each where it was told, once',
  ),
  'rfc9449:5:exchanger-bound': must(
    'RFC 9449 §5',
    'a server that exchanges with a key takes no token that is anybody’s, and one without takes none that is bound',
  ),
  'vestibule:jwks-cool-down': must(
    'Vestibule',
    'the resource server asks for keys again on an unknown kid, and not again within the cool-down',
  ),
} as const;
