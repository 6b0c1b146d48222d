import { must } from '../requirement.ts';

/** How people sign out by way of their clients. */
export const logout = {
  'oidc-rp-logout:2:at-once': must(
    'OIDC RP-Initiated Logout §2',
    'a person whom an id_token of the client names, expired or not, and who is signed in at the browser, is signed out at once: the session, and what the client got by it but for offline access',
  ),
  'oidc-rp-logout:2:asks': must(
    ['OIDC RP-Initiated Logout §2', 'OIDC RP-Initiated Logout §6'],
    'whoever comes to the logout endpoint otherwise is asked, in the browser that got the page, and nothing ends before they say so',
  ),
  'oidc-rp-logout:2:refuses': must(
    ['OIDC RP-Initiated Logout §2', 'OIDC RP-Initiated Logout §4'],
    'a logout request that contradicts itself, or names a client that is not there, is refused on a page, and ends nothing',
  ),
  'oidc-rp-logout:2.1:metadata': must(
    'OIDC RP-Initiated Logout §2.1',
    'metadata names the end_session_endpoint where people sign in',
  ),
  'oidc-rp-logout:3:redirects': must(
    'OIDC RP-Initiated Logout §3',
    'people are sent to a post_logout_redirect_uri that the client registered, with its state, and nowhere else',
  ),
  'oidc-rp-logout:3.1:registers': must(
    'OIDC RP-Initiated Logout §3.1',
    'post_logout_redirect_uris are registered by the rules of redirect URIs, in a registration, a metadata document or the config',
  ),
  'vestibule:logout-onward': must(
    'Vestibule',
    'who signs out here goes on to be signed out at the identity provider, in its own way, and where that cannot be is told so when our part is done',
  ),
  'vestibule:logout-races': must(
    'Vestibule',
    'once a logout is answered no sign-in, redemption or refresh that was on its way goes on',
  ),
  'vestibule:logout-faults': must(
    'Vestibule',
    'while something is down a logout is a page with a way to do it again, and done again it ends the rest',
  ),
  'vestibule:logout-secrets': must(
    'Vestibule',
    'id_tokens that a logout brings, ours and the identity provider’s, stand in no log and are kept by the browser alone',
  ),
} as const;
