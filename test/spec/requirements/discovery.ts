import { may, must, should } from '../requirement.ts';

/** Authorization server metadata, keys, and what every public document has in common. */
export const discovery = {
  'AS-2': must('AS-2', 'serves RFC 8414 metadata and OpenID configuration with identical content'),
  'AS-3': must('AS-3', 'lists code_challenge_methods_supported with S256 in both metadata documents'),
  'AS-4': must('AS-4', 'answers both well-known URLs that clients try for an issuer without a path'),
  'AS-5': must(
    ['AS-5', 'RFC 8414 §3.3'],
    'writes one byte-identical issuer, without trailing slash, in metadata, in resource metadata and in `iss`',
  ),
  'AS-6': must('AS-6', 'names https endpoints only, and stops the synth of an issuer that is not https'),
  'AS-7': must('AS-7', 'answers an unknown well-known path with a 404 in JSON'),
  'IX-3': must('IX-3', 'lists itself first, and alone, among the authorization servers of a resource'),
  'IX-4': must('IX-4', 'gives every member that strict clients need, and never a null'),
  'IX-5': must(
    'IX-5',
    'answers discovery and token requests in less than 10 seconds, the first one included',
  ),
  'IX-6': must('IX-6', 'puts no mutual TLS and no bot rule in front of the endpoints'),
  'IX-7': may('IX-7', 'serves /authorize and /token at the origin, where older clients look for them'),
  'IX-10': must(
    'IX-10',
    'allows any origin, MCP headers and unauthenticated preflight on discovery, keys and token, never on /authorize',
  ),
  'IX-21': must('IX-21', 'omits what is absent: no answer carries a null'),
  'IX-28': must('IX-28', 'answers every error as JSON with error and error_description'),
  'IX-45': must(
    'IX-45',
    'lists the token endpoint methods that work: Basic, post and private_key_jwt, and none where people sign in',
  ),
  'rfc8414:2:required-members': must(
    'RFC 8414 §2',
    'names issuer, authorization_endpoint, token_endpoint, jwks_uri and response_types_supported',
  ),
  'rfc8414:2:assertion-algorithms': must(
    'RFC 8414 §2',
    'lists the assertion algorithms, without `none`, because it accepts private_key_jwt',
  ),
  'rfc8414:2:only-what-works': must(
    ['RFC 8414 §2', 'Vestibule'],
    'advertises only endpoints, grants and methods that answer',
  ),
  'rfc8414:3:well-known': must(
    'RFC 8414 §3',
    'serves its metadata at /.well-known/oauth-authorization-server',
  ),
  'rfc8414:3.2:json-200': must('RFC 8414 §3.2', 'answers metadata with 200 and application/json'),
  'rfc8414:3.2:no-empty-arrays': must('RFC 8414 §3.2', 'omits metadata members whose list would be empty'),
  'oidc-discovery:3:required-members': must(
    'OIDC Discovery §3',
    'adds subject_types_supported and id_token_signing_alg_values_supported with RS256',
  ),
  'rfc7517:4:public-signing-keys': must(
    ['RFC 7517 §4', 'RFC 7517 §4.2', 'RFC 7517 §4.4'],
    'publishes only public members of each key, with use `sig` and its algorithm',
  ),
  'rfc7517:4.5:unique-kid': should('RFC 7517 §4.5', 'gives every published key its own kid'),
  'rfc7517:5:key-set': must('RFC 7517 §5', 'publishes its keys as a JWK Set with a `keys` array'),
  'rfc7638:3:kid-is-thumbprint': must(
    ['RFC 7638 §3', 'RFC 7638 §3.2'],
    'uses the SHA-256 thumbprint of the required members as kid',
  ),
  'vestibule:standby-key': must(
    'Vestibule',
    'publishes a standby key beside the signing key, and signs with the signing key only',
  ),
  'rfc9110:9.3.2:head': must('RFC 9110 §9.3.2', 'answers HEAD with the headers of GET and without a body'),
  'rfc9110:15.5.6:allow': must('RFC 9110 §15.5.6', 'answers a method it does not serve with 405 and Allow'),
  'vestibule:cache-headers': must(
    'Vestibule',
    'lets resource metadata be kept 60 seconds and keys 300 seconds, and no 404 at all',
  ),
} as const;

/** RFC 9728 metadata of registered MCP servers and agents. */
export const resourceMetadata = {
  'RS-1': must(
    'RS-1',
    'serves metadata with at least one authorization server for every registered resource',
  ),
  'RS-2': must('RS-2', 'serves the metadata that a challenge points at, and its well-known location'),
  'RS-3': must(['RS-3', 'RFC 9728 §3.3'], 'writes the registered resource URI, path included, as `resource`'),
  'RS-4': should('RS-4', 'says in the first challenge which scopes the request needs'),
  'RS-5': should('RS-5', 'never lists offline_access among the scopes of a resource or in a challenge'),
  'IX-1': must('IX-1', 'serves resource metadata by path, and is pointed at by absolute URLs only'),
  'IX-60': must(
    'IX-60',
    'names a resource by the URL a person types, at one canonical location, without redirects',
  ),
  'rfc9728:2:members': must(
    'RFC 9728 §2',
    'describes a resource by resource, authorization_servers, scopes, bearer methods and name',
  ),
  'rfc9728:3:path-insertion': must(
    ['RFC 9728 §3', 'RFC 9728 §3.1'],
    'finds a resource by its path, by its host and path, and by its short id behind the well-known prefix',
  ),
  'rfc9728:3.2:json-200': must('RFC 9728 §3.2', 'answers resource metadata with 200 and application/json'),
  'rfc9728:3.2:no-empty-arrays': must('RFC 9728 §3.2', 'writes no empty list into resource metadata'),
  'vestibule:agents-are-resources': must(
    'Vestibule',
    'serves the same metadata for an agent as for an MCP server',
  ),
  'vestibule:deregistration': must(
    'Vestibule',
    'answers 404 for the metadata of a removed or disabled resource within 5 seconds',
  ),
} as const;
