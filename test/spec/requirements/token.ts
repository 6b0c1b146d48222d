import { must, should } from '../requirement.ts';

/** The token request: form, client authentication, grant. */
export const tokenRequest = {
  'rfc6749:2.3:one-method': must(
    ['RFC 6749 §2.3', 'RFC 6749 §5.2'],
    'refuses a request that authenticates its client in more than one way',
  ),
  'rfc6749:2.3.1:basic': must('RFC 6749 §2.3.1', 'accepts a client secret by HTTP Basic'),
  'rfc6749:2.3.1:basic-is-form-encoded': must(
    'RFC 6749 §2.3.1',
    'reads id and secret of HTTP Basic as form-encoded text',
  ),
  'rfc6749:2.3.1:post': must(['RFC 6749 §2.3.1', 'CC-2'], 'accepts a client secret in the request body'),
  'rfc6749:2.3.1:never-in-the-url': must(
    'RFC 6749 §2.3.1',
    'reads no credential and no parameter from the URL',
  ),
  'rfc6749:3.2:post-only': must('RFC 6749 §3.2', 'answers token requests by POST and no other method'),
  'rfc6749:3.2:form-only': must(
    ['RFC 6749 §3.2', 'RFC 6749 §4.4.2', 'IX-40'],
    'refuses a token request whose body is not application/x-www-form-urlencoded',
  ),
  'rfc6749:3.2:repeated-parameter': must('RFC 6749 §3.2', 'refuses a request that repeats a parameter'),
  'rfc6749:3.2:empty-is-omitted': must('RFC 6749 §3.2', 'treats a parameter without a value as absent'),
  'rfc6749:3.2:unknown-ignored': must('RFC 6749 §3.2', 'ignores parameters that it does not know'),
  'rfc6749:3.2.1:confidential-clients-authenticate': must(
    'RFC 6749 §3.2.1',
    'refuses a client that names itself and proves nothing',
  ),
  'rfc6749:4.4:confidential-only': must(
    ['RFC 6749 §4.4', 'RFC 6749 §4.4.2'],
    'gives a token of the client_credentials grant to authenticated clients only',
  ),
  'rfc6749:5.2:invalid-request': must(
    'RFC 6749 §5.2',
    'answers a malformed request with 400 invalid_request',
  ),
  'rfc6749:5.2:invalid-client': must(
    ['RFC 6749 §5.2', 'IX-27'],
    'answers an unknown client and a wrong credential alike, with 401 invalid_client',
  ),
  'rfc6749:5.2:invalid-client-basic-challenge': must(
    'RFC 6749 §5.2',
    'challenges with Basic when the client tried the Authorization header',
  ),
  'rfc6749:5.2:unauthorized-client': must(
    'RFC 6749 §5.2',
    'answers a client that may not use the grant with 400 unauthorized_client',
  ),
  'rfc6749:5.2:unsupported-grant-type': must(
    'RFC 6749 §5.2',
    'answers a grant it does not serve with 400 unsupported_grant_type',
  ),
  'rfc6749:5.2:invalid-scope': must(
    ['RFC 6749 §5.2', 'RFC 6749 §3.3'],
    'answers a scope that is malformed, unknown or beyond the catalogue with 400 invalid_scope',
  ),
  'rfc6749:5.2:description-characters': must(
    'RFC 6749 §5.2',
    'writes error and error_description in the characters the specification allows',
  ),
  'rfc6749:5.2:no-store': must('RFC 6749 §5.2', 'marks every refusal as not to be stored'),
  'CC-1': must(['CC-1', 'RFC 6749 §2.2'], 'gives tokens only to clients that were registered beforehand'),
  'CC-2': must('CC-2', 'accepts a signed assertion, and a client secret in the body'),
  'CC-3': must(
    'CC-3',
    'lists private_key_jwt and client_secret_basic, and the assertion algorithms that it verifies',
  ),
  'CC-4': must(
    ['CC-4', 'RFC 7521 §4.2'],
    'takes the client from `sub` when the assertion stands without client_id',
  ),
  'CC-5': must('CC-5', 'accepts the client-credentials request as the MCP extension shapes it'),
  'IX-32': must(
    ['IX-32', 'RFC 6749 §3.1'],
    'ignores unknown parameters, treats empty ones as absent, and refuses repeated ones',
  ),
  'vestibule:two-secrets': must(
    'Vestibule',
    'accepts two secrets of a client while they are rotated, and the removed one no longer',
  ),
  'vestibule:secret-shown-once': must('Vestibule', 'shows a new secret once and stores its SHA-256 only'),
  'IX-25': must('IX-25', 'issues identifiers and secrets from letters, digits, hyphen and underscore'),
} as const;

/** Client assertions (private_key_jwt). */
export const assertions = {
  'rfc7521:4.2:client-id-agrees': must(
    'RFC 7521 §4.2',
    'refuses a client_id that names another client than the assertion',
  ),
  'rfc7521:4.2:assertion-type': must(
    ['RFC 7521 §4.2', 'RFC 7523 §2.2'],
    'refuses an assertion whose client_assertion_type is absent or unknown',
  ),
  'rfc7523:2.2:private-key-jwt': must('RFC 7523 §2.2', 'accepts one signed JWT as the proof of a client'),
  'rfc7523:3:issuer-and-subject': must(
    'RFC 7523 §3',
    'refuses an assertion whose iss and sub are not the client',
  ),
  'rfc7523:3:audience': must('RFC 7523 §3', 'refuses an assertion made for another audience'),
  'rfc7523bis:4:audience-is-the-issuer': must(
    'rfc7523bis §4',
    'wants the issuer as the only audience, and the token endpoint only from clients registered for it',
  ),
  'rfc7523:3:expiry': must(
    'RFC 7523 §3',
    'refuses an assertion without exp, past its exp, or good for too long',
  ),
  'rfc7523:3:not-before': must(
    'RFC 7523 §3',
    'refuses an assertion before its nbf or with an iat in the future',
  ),
  'rfc7523:3:signature': must(
    'RFC 7523 §3',
    'refuses an assertion that no registered key of the client signed',
  ),
  'rfc7523:3.2:invalid-client': must(
    'RFC 7523 §3.2',
    'answers an unacceptable assertion with 401 invalid_client',
  ),
  'vestibule:assertion-single-use': must(
    ['Vestibule', 'RFC 7523 §3'],
    'gives exactly one token for one assertion, however many requests present it at once',
  ),
  'vestibule:assertion-survives-a-lost-reply': must(
    'Vestibule',
    'never spends an assertion on a request that ended without a token because of a failed dependency',
  ),
  'rfc8725:3.1:algorithm-allow-list': must(
    ['RFC 8725 §3.1', 'RFC 8725 §3.2'],
    'verifies assertions by RS256, PS256, ES256 and EdDSA (by either of its names), and refuses `none` and every symmetric algorithm',
  ),
  'rfc9864:2.2:ed25519-by-name': must(
    'RFC 9864 §2.2',
    'takes an assertion signed with Ed25519 by that name and as EdDSA, whichever the key is registered for',
  ),
  'rfc7517:4.3:key-fits-algorithm': should(
    ['RFC 7517 §4.2', 'RFC 7517 §4.3'],
    'refuses a key meant for another use or algorithm',
  ),
  'vestibule:key-host-down': must(
    'Vestibule',
    'answers 503 with a time to come again, and never that an assertion is wrong, while the host of its keys is down',
  ),
  'vestibule:guarded-documents': must(
    ['Vestibule', 'UI-6'],
    'fetches a jwks_uri without following redirects, within limits of time and size, from allowed addresses only',
  ),
} as const;
