import { must } from '../requirement.ts';

/** The authorization endpoint, which refuses politely, because no person can sign in. */
export const authorization = {
  'rfc6749:4.1.2.1:no-redirect': must(
    ['RFC 6749 §4.1.2.1', 'IX-27'],
    'the authorization endpoint answers an unknown client on its own page and redirects nowhere',
  ),
  'rfc6749:4.1.2.1:unauthorized-client': must(
    'RFC 6749 §4.1.2.1',
    'the authorization endpoint tells a machine client that it may not use it',
  ),
  'vestibule:authorize-without-cors': must(
    ['Vestibule', 'IX-10'],
    'the authorization endpoint allows no other origin to read it',
  ),
} as const;

/** The registry of an operator. */
export const administration = {
  'vestibule:admin-needs-iam': must(
    'Vestibule',
    'the admin routes refuse an unsigned request, a wrong signature, and an event without IAM identity',
  ),
  'vestibule:admin-crud': must(
    'Vestibule',
    'an operator adds, lists, shows, replaces, disables and removes entries',
  ),
  'vestibule:admin-validates': must(
    'Vestibule',
    'the admin routes refuse an unknown member, a wildcard scope and a resource that is not canonical, naming the field',
  ),
  'vestibule:admin-json': must(
    'Vestibule',
    'the admin routes answer 415 to a body that is not JSON, and 400 to malformed JSON',
  ),
  'vestibule:seeded': must(
    'Vestibule',
    'a deployment registers what its config declares, and its agents get tokens at once',
  ),
  'vestibule:operator-outranks-deployment': must(
    'Vestibule',
    'a deployment never enables again what an operator disabled, and removes nothing that it did not create',
  ),
} as const;

/** Limits, failures and secrecy. */
export const robustness = {
  'vestibule:body-limit': must('Vestibule', 'answers a body over 64 kB with 413 in JSON'),
  'vestibule:no-5xx': must('Vestibule', 'answers no generated request with a server error'),
  'vestibule:dependency-down': must(
    'Vestibule',
    'answers 503 with Retry-After while DynamoDB or KMS is throttled or down, and serves the next request after it',
  ),
  'vestibule:secrets-never-logged': must(
    'Vestibule',
    'writes no secret, token or assertion into a log line or an error',
  ),
  'vestibule:unknown-path': must('Vestibule', 'answers a path that no function serves with a 404 in JSON'),
  'vestibule:survives-a-kill': must(
    'Vestibule',
    'keeps clients, keys and secrets when the local run is killed and started again',
  ),
  'vestibule:missing-permission-is-named': must(
    'Vestibule',
    'the local run denies and names an action that the role of a function lacks',
  ),
} as const;
