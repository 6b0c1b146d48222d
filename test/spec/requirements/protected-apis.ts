import { must, should } from '../requirement.ts';

/** HTTP APIs of customers that are protected resources. */
export const protectedApis = {
  'vestibule:protected-api:metadata': must(
    ['Vestibule', 'RFC 9728 §3.1'],
    'a protected HTTP API serves the metadata of its resource at its own well-known paths, until the resource is gone',
  ),
  'vestibule:gate:challenge': must(
    ['Vestibule', 'RFC 6750 §3', 'RFC 9728 §5.1'],
    'the gate answers a request without a good token with 401 and a challenge that names metadata and scopes',
  ),
  'vestibule:gate:insufficient-scope': must(
    ['Vestibule', 'RFC 6750 §3.1'],
    'the gate answers a token without the scopes of the route with 403 and a challenge that names them',
  ),
  'vestibule:gate:other-resource': must(
    ['Vestibule', 'RFC 9068 §4'],
    'the gate refuses tokens for another resource, expired and revoked tokens, and tokens in the query',
  ),
  'vestibule:gate:passes-on': must(
    'Vestibule',
    'the gate hands the event on as it came, with the claims, and the answer back as the function gave it',
  ),
  'vestibule:gate:unavailable': must(
    'Vestibule',
    'the gate answers 503 with Retry-After when the keys of the issuer or the function cannot be had, and invokes nothing twice',
  ),
  'vestibule:gate:preflight': should(
    ['Vestibule', 'IX-10'],
    'the gate answers preflights without a token and lets pages of any origin read its refusals',
  ),
  'vestibule:gate:audit': must(
    'Vestibule',
    'the gate writes one audit event for each decision, and no token',
  ),
  'vestibule:authorizer': must(
    'Vestibule',
    'the Lambda authorizer lets good tokens with the scopes of the route pass and hands the claims on',
  ),
  'vestibule:native-authorizer': must(
    'Vestibule',
    "tokens pass API Gateway's own JWT authorizer for their audience and scopes, and no other",
  ),
} as const;
