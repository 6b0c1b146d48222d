import { must } from '../requirement.ts';

/** Calls of third parties through the proxy, by tokens that say which of them they allow. */
export const egressProxy = {
  'vestibule:egress-proofs': must(
    ['Vestibule', 'RFC 9449 §9', 'RFC 9449 §7.1'],
    'takes a token that is bound to a key with a proof for that very call, with a nonce where proofs need one, once',
  ),
  'vestibule:egress-paths': must(
    ['Vestibule', 'RFC 3986 §3.3', 'RFC 3986 §6.2.2'],
    'holds rules against the path as it is sent on, in the one form that every server reads alike, and takes no path that some would read as another',
  ),
  'vestibule:egress-bodies': must(
    ['Vestibule', 'RFC 6901 §4'],
    'holds rules about bodies against what every server reads there: JSON with no member twice, and nothing else that says the same beside it',
  ),
  'vestibule:egress-credential': must(
    ['Vestibule', 'RFC 6750 §2.1', 'RFC 7617 §2'],
    'sends the credential of the account in place of what the agent sent, and takes it out of whatever the third party says',
  ),
  'vestibule:egress-inert': must(
    ['Vestibule', 'RFC 8288 §3'],
    'lets no answer of a third party do anything at our origin, and names its addresses as they are reached through us',
  ),
  'vestibule:egress-redirects': must(
    'Vestibule',
    'follows a redirect where a rule allows the call there too, and sends a credential nowhere else',
  ),
  'vestibule:egress-limits': must(
    ['Vestibule', 'RFC 9110 §10.2.3'],
    'lets nobody call with an account while the third party wants no calls with it',
  ),
  'vestibule:egress-time': must(
    'Vestibule',
    'ends a call in the time that it has, whatever it waits for then, and says what came of it until then',
  ),
  'vestibule:egress-retries': must(
    ['Vestibule', 'RFC 9110 §9.2.1'],
    'sends a call again only where nothing can happen twice: where it changes nothing, or the credential was refused',
  ),
};
