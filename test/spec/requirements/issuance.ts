import { must, should } from '../requirement.ts';

/** Which resource and which scopes a machine gets. */
export const entitlement = {
  'rfc8707:2:absolute-without-fragment': must(
    'RFC 8707 §2',
    'refuses a resource that is not an absolute URI or carries a fragment as invalid_target',
  ),
  'rfc8707:2:unknown-resource': must('RFC 8707 §2', 'answers an unknown resource with 400 invalid_target'),
  'rfc8707:2.2:audience-restricted': must(
    ['RFC 8707 §2.2', 'IX-46', 'AS-30'],
    'restricts a token to the one resource that was asked for',
  ),
  'rfc8707:2:several-resources': must(
    ['RFC 8707 §2', 'Vestibule'],
    'refuses several resources in one request as invalid_target',
  ),
  'AS-30': must('AS-30', 'accepts `resource` and writes it into `aud`'),
  'AS-31': must(
    'AS-31',
    'compares resources after scheme and host in lower case, default port and one trailing slash removed, never by prefix',
  ),
  'AS-32': should('AS-32', 'issues access tokens that live 5 to 60 minutes'),
  'RS-6': must('RS-6', 'gives the required scopes of the catalogue to a request without scope'),
  'IX-41': must('IX-41', 'takes the only resource of the agent when the request names none'),
  'vestibule:ambiguous-resource': must(
    'Vestibule',
    'refuses a request without resource from an agent of several resources, and names the choices',
  ),
  'vestibule:resource-in-catalogue': must(
    'Vestibule',
    'refuses a registered resource that is not in the catalogue of the agent as invalid_target',
  ),
  'vestibule:scope-in-catalogue': must(
    'Vestibule',
    'gives no scope beyond what the agent declared for the resource',
  ),
  'vestibule:scope-on-request': must(
    'Vestibule',
    'gives an optional scope when it is asked for, and only then',
  ),
  'vestibule:no-empty-scope': must(
    'Vestibule',
    'refuses a request that would end without any scope, and says what may be asked',
  ),
  'vestibule:disabled-client': must('Vestibule', 'answers a disabled client with 401 invalid_client'),
  'vestibule:disabled-agent': must(
    'Vestibule',
    'answers a client of a disabled agent with 400 unauthorized_client',
  ),
  'vestibule:freshness': must(
    'Vestibule',
    'makes a change of the registry visible at every endpoint within 5 seconds',
  ),
} as const;

/** The token response and the token itself. */
export const issuance = {
  'rfc6749:3.3:scope-reported': must(
    ['RFC 6749 §3.3', 'RFC 6749 §5.1', 'IX-40'],
    'reports the granted scope in the response',
  ),
  'rfc6749:4.4.3:no-refresh-token': should('RFC 6749 §4.4.3', 'returns no refresh token to a machine'),
  'rfc6749:5.1:members': must(
    ['RFC 6749 §5.1', 'IX-40'],
    'answers with access_token, token_type Bearer and an integer expires_in, as JSON',
  ),
  'rfc6749:5.1:no-store': must('RFC 6749 §5.1', 'marks every token response as not to be stored'),
  'rfc9068:2.1:type': must(
    ['RFC 9068 §2.1', 'RFC 8725 §3.11'],
    'signs access tokens asymmetrically, with typ at+jwt and RS256',
  ),
  'rfc9068:2.2:claims': must(
    'RFC 9068 §2.2',
    'writes iss, exp, aud, sub, client_id, iat and jti into every access token',
  ),
  'rfc9068:2.2:subject-is-the-client': should(
    'RFC 9068 §2.2',
    'names the client as subject when no person is involved',
  ),
  'rfc9068:2.2.3:scope': should('RFC 9068 §2.2.3', 'writes the granted scopes into the scope claim'),
  'rfc9068:3:single-audience': must(
    ['RFC 9068 §3', 'Vestibule'],
    'writes one audience, as a string, and it is the audience of the registered resource',
  ),
  'rfc9068:4:verifiable-by-discovery': must(
    'RFC 9068 §4',
    'signs with a key that discovery publishes, so that any resource server can verify the token',
  ),
  'rfc7515:4.1.4:kid': should(
    ['RFC 7515 §4.1.4', 'RFC 9068 §2.1'],
    'names the signing key in the kid header',
  ),
  'rfc7519:4.1.7:unique-jti': must('RFC 7519 §4.1.7', 'gives every token its own jti'),
  'rfc9068:5:no-collision': must(
    ['RFC 9068 §5', 'Vestibule'],
    'refuses a registration whose identifier equals a client id, agent id, resource or audience in use',
  ),
  'vestibule:agent-id': must('Vestibule', 'names the agent behind the client in agent_id'),
} as const;
