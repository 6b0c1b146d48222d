import { must } from '../requirement.ts';

/** How the deployment proves itself at the identity providers that people sign in at. */
export const upstreamAuthentication = {
  'rfc7523:2.2:own-assertion': must(
    ['RFC 7523 §2.2', 'RFC 7523 §3', 'RFC 7521 §4.2', 'OIDC Core §9'],
    'proves itself at an identity provider that knows it by a key with an assertion of its own for each request, named to that provider alone, and with no secret',
  ),
  'rfc7517:5:provider-keys': must(
    'RFC 7517 §5',
    'publishes, for each identity provider that knows it by keys, the public halves of them all and nothing else',
  ),
  'vestibule:provider-key-refused': must(
    'Vestibule',
    'says what is to be changed where a provider does not take an assertion: key, audience, algorithm or method, in the audit trail and by the doctor',
  ),
  'vestibule:provider-key-faults': must(
    'Vestibule',
    'answers 503 with a way to try again where KMS does not sign, without a word to the provider, and loses nothing',
  ),
} as const;
