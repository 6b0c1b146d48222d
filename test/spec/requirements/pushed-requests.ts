import { must } from '../requirement.ts';

/** Authorization requests that clients push (RFC 9126). */
export const pushedRequests = {
  'rfc9126:2:proven': must(
    ['RFC 9126 §2'],
    'has a client prove itself to push a request as it does at the token endpoint, which an assertion may name in place of this one',
  ),
  'rfc9126:2.1:parameters': must(
    ['RFC 9126 §2.1'],
    'takes the parameters of a request, and no request_uri in their place',
  ),
  'rfc9126:2.2:answer': must(
    ['RFC 9126 §2.2'],
    'answers a push with 201 and a request_uri that nobody can guess, of that client alone and for 90 seconds',
  ),
  'rfc9126:2.3:errors': must(
    ['RFC 9126 §2.3'],
    'refuses where it is pushed, in JSON, what the authorization endpoint would refuse, with the same error',
  ),
  'rfc9126:4:alone': must(
    ['RFC 9126 §4'],
    'goes by what was pushed, and by nothing that stands beside client_id and request_uri',
  ),
  'rfc9126:5:metadata': must(
    ['RFC 9126 §5'],
    'names the endpoint where people sign in, and demands it of no client by itself',
  ),
  'rfc9126:6:client': must(
    ['RFC 9126 §6'],
    'takes no other request of a client that is declared, registered or described as one that pushes them',
  ),
  'vestibule:pushed-once': must(
    ['Vestibule', 'RFC 9126 §4'],
    'gives a pushed request to the first browser that brings it, as often as that one reloads until a sign-in began, and to no other',
  ),
  'vestibule:pushed-by-anybody': must(
    'Vestibule',
    'counts what is pushed in the name of a public client as of its address, so that nobody uses up what is the client’s',
  ),
  'vestibule:pushed-faults': must(
    'Vestibule',
    'leaves a client or a person whose push or request_uri AWS failed with a way to try again, and nothing used up',
  ),
  'vestibule:pushed-secrets': must(
    'Vestibule',
    'keeps a pushed request by a digest, and writes its request_uri to no log',
  ),
} as const;
