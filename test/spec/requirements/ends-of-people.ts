import { must } from '../requirement.ts';

/** How sessions of people end, and what is granted in their name. */
export const endsOfPeople = {
  'vestibule:person-shown': must(
    'Vestibule',
    'an operator sees who a person is, the clients that they consented to, what is live in their name, and when their sessions were ended',
  ),
  'vestibule:person-end': must(
    'Vestibule',
    'an operator ends a person: every grant, what is kept upstream for it, every session in any browser, and nobody else loses anything',
  ),
  'vestibule:person-end-races': must(
    'Vestibule',
    'once the end of a person is answered there is no new token of before, whatever sign-in, redemption or refresh was on its way',
  ),
  'vestibule:person-end-faults': must(
    'Vestibule',
    'whatever fails while a person is ended is told, and doing it again ends the rest',
  ),
  'vestibule:vouched-ends': must(
    'Vestibule',
    'the end of a person ends every token that came of the word of somebody else, for all who judge it, and leaves an assertion of before without a token; a new sign-in is not held up, and two minutes later a new assertion counts',
  ),
  'vestibule:vouched-skew': must(
    'Vestibule',
    'clocks that differ by two minutes let no such token or assertion of before the end of its person through',
  ),
  'vestibule:vouched-races': must(
    'Vestibule',
    'once the end of a person is answered none of the tokens counts that hundreds of assertions and exchanges got meanwhile, and none gets one',
  ),
  'vestibule:vouched-faults': must(
    'Vestibule',
    'whatever fails while such tokens are ended, or asked about, is told as 503 and makes no token of what has ended',
  ),
  'vestibule:vouched-logout': must(
    ['Vestibule', 'OIDC Back-Channel Logout §2.7'],
    'a logout of all sessions of a person ends what others vouched for, a logout of one session leaves it unless a logout is to end everything',
  ),
  'oidc-backchannel:2.6:ends': must(
    ['OIDC Back-Channel Logout §2.6', 'OIDC Back-Channel Logout §2.7', 'OIDC Back-Channel Logout §2.8'],
    'when an identity provider tells that a person signed out there, their sessions end here and what came of them, but for what was granted as offline access unless the config says so',
  ),
  'oidc-backchannel:2.4:sid': must(
    ['OIDC Back-Channel Logout §2.4', 'OIDC Back-Channel Logout §2.1'],
    'a logout of one session ends what came of that session alone, by sid, with or without sub',
  ),
  'oidc-backchannel:2.6:refuses': must(
    ['OIDC Back-Channel Logout §2.6', 'OIDC Back-Channel Logout §2.5', 'OIDC Back-Channel Logout §2.4'],
    'a logout token counts only with a signature, iss, aud, iat, exp, jti, events and without a nonce; another is a 400 and changes nothing',
  ),
  'oidc-backchannel:2.6:jti': must(
    'OIDC Back-Channel Logout §2.6',
    'a logout token ends what it ends once, however often it is sent; another one of the same jti is refused, and an id_token is none',
  ),
  'vestibule:upstream-logout-races': must(
    'Vestibule',
    'once a logout is answered no sign-in, redemption or refresh that was on its way goes on',
  ),
  'vestibule:upstream-logout-strangers': must(
    'Vestibule',
    'logout tokens of strangers neither have keys fetched again and again nor stand in logs',
  ),
  'vestibule:upstream-logout-faults': must(
    'Vestibule',
    'while something is down a logout is answered 503 and can be told again with the same token',
  ),
} as const;
