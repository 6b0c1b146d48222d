import { must } from '../requirement.ts';

/** What one caller may take from all the others. */
export const limits = {
  'rfc6585:4:too-many-requests': must(
    'RFC 6585 §4',
    'answers a caller over its limit with 429, Retry-After and an error that says what to do',
  ),
  'vestibule:limit-per-client': must(
    'Vestibule',
    'limits each client that proved itself, and no other client on the same route with it',
  ),
  'vestibule:limit-per-address': must(
    'Vestibule',
    'limits the requests of a source address that prove no client, before they are authenticated',
  ),
  'vestibule:limit-not-exhausted-by-strangers': must(
    'Vestibule',
    'counts a request against no client that did not prove itself in it',
  ),
  'vestibule:limit-burns-nothing': must(
    'Vestibule',
    'marks no assertion of a request that it refuses for a limit, and audits the refusal once',
  ),
  'vestibule:limit-without-store': must(
    'Vestibule',
    'serves callers whose limits cannot be counted, and says so in the log',
  ),
} as const;
