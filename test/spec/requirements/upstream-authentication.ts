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
  'rfc7515:4.1.8:own-certificate': must(
    [
      'RFC 7515 §4.1.8',
      'RFC 5280 §4.1',
      'RFC 5280 §4.1.2.5',
      'RFC 5280 §4.2.1.3',
      'RFC 5280 §4.2.1.9',
      'RFC 4055 §5',
      'Vestibule',
    ],
    'makes certificates of its provider keys for operators alone, and names the certificate of the config in assertions for a provider that knows it by one',
  ),
  'rfc9449:8:upstream-nonce': must(
    ['RFC 9449 §5', 'RFC 9449 §7.1', 'RFC 9449 §8', 'RFC 9449 §9'],
    'shows an identity provider whose entry says so a key with each request, again with its nonce where it asks for one, and once only',
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
