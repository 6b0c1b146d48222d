import { must, should } from '../requirement.ts';

/** Signed answers about tokens, and what verifiers that work offline learn of tokens that ended. */
export const ends = {
  'rfc9701:4:by-accept': must(
    'RFC 9701 §4',
    'answers an introspection as a JWT to a server that accepts application/token-introspection+jwt, and as JSON to any other',
  ),
  'rfc9701:5:jwt': must(
    'RFC 9701 §5',
    'types the JWT token-introspection+jwt and signs it, with iss, aud, iat and token_introspection at the top',
  ),
  'rfc9701:5:no-access-token': should(
    'RFC 9701 §5',
    'puts neither sub nor exp at the top of the JWT, so that nothing takes it for an access token',
  ),
  'rfc9701:5:inactive': must(
    'RFC 9701 §5',
    'says active false and nothing else in the signed answer about a token that does not count for the caller',
  ),
  'rfc9701:7:metadata': must('RFC 9701 §7', 'lists the algorithms of signed introspection answers'),
  'vestibule:ends-feed': must(
    ['Vestibule', 'RFC 8725 §3.11', 'RFC 8414 §2'],
    'publishes a signed feed of ends: revoked tokens, and disabled or removed agents, clients and resources, as long as tokens of theirs live',
  ),
  'vestibule:ends-cacheable': must(
    'Vestibule',
    'lets a cache keep an edition of the feed of ends for the rest of its ten seconds',
  ),
  'rfc9110:13.1.2:if-none-match': should(
    'RFC 9110 §13.1.2',
    'answers 304 to a cache that has the current edition of the feed of ends',
  ),
  'vestibule:ends-tell-no-names': must(
    'Vestibule',
    'names tokens and principals in the feed of ends by digests alone',
  ),
  'vestibule:offline-thirty-seconds': must(
    'Vestibule',
    'has a verifier that works offline refuse, within 30 seconds, a token that was revoked or whose agent, client or resource was disabled or removed, and take it again within 30 seconds once that is back',
  ),
  'vestibule:offline-without-feed': must(
    'Vestibule',
    'has a verifier answer 503 with Retry-After while the ends of the last 30 seconds cannot be had, unless it prefers to serve',
  ),
  'vestibule:offline-forged-feed': must(
    'Vestibule',
    'has a verifier believe no edition of the feed of ends that is forged, of another type, or 30 seconds old',
  ),
  'vestibule:interceptor': must(
    'Vestibule',
    'has an AgentCore Gateway with the revocation interceptor refuse ended tokens within 30 seconds, whatever its targets',
  ),
  'vestibule:revocations-in-parallel': must('Vestibule', 'loses none of five hundred revocations at once'),
  'vestibule:revocation-retried': must(
    'Vestibule',
    'revokes at the next try with the same assertion where the first failed, and ends no other token by that assertion',
  ),
} as const;
