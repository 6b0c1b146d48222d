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
  'vestibule:revocation-retried': must(
    'Vestibule',
    'revokes at the next try with the same assertion where the first failed, and ends no other token by that assertion',
  ),
} as const;
