import { may, must, should } from '../requirement.ts';

/** Codes, and the tokens that they are redeemed for. */
export const codes = {
  'rfc6749:2.1:public-clients': must(
    ['RFC 6749 §2.1', 'RFC 6749 §3.2.1'],
    'takes a public client by its name, which proves nothing: it gets what its code or refresh token proves, and no other grant',
  ),
  'rfc6749:4.1.2:short-lived': must('RFC 6749 §4.1.2', 'redeems a code within a minute and not after'),
  'rfc6749:4.1.2:once': must(
    'RFC 6749 §4.1.2',
    'redeems a code once, however many requests present it, and ends what was issued on one that is replayed',
  ),
  'rfc6749:4.1.3:tokens': must(
    ['RFC 6749 §4.1.3', 'IX-46', 'AS-30'],
    'gives the client of a code a token for the resource and the scope that the person granted, in their name',
  ),
  'rfc6749:4.1.3:bound': must(
    'RFC 6749 §4.1.3',
    'refuses a code of another client, and one with another redirect_uri than it was asked for with',
  ),
  'rfc7636:4.6:proof': must(
    ['RFC 7636 §4.6', 'RFC 7636 §4.1', 'RFC 7636 §4.5', 'AS-20'],
    'redeems no code without the verifier of its S256 challenge',
  ),
  'vestibule:strangers-change-nothing': must(
    'Vestibule',
    'lets nobody use up or end a code or a refresh token but the client that it was issued to',
  ),
  'vestibule:code-retry': must(
    'Vestibule',
    'refuses a code that its owner presents again within ten seconds, and ends nothing',
  ),
  'vestibule:lost-reply-spares-families': must(
    'Vestibule',
    'ends no grant and uses nothing up where a reply of AWS is lost, a dependency fails, or a client tries again',
  ),
  'rfc8707:2.2:granted-resource': must(
    ['RFC 8707 §2.2', 'IX-41', 'AS-31'],
    'takes a token request without resource for the granted one, takes that one in any spelling, and refuses another as invalid_target',
  ),
  'rfc9068:2.2.1:authentication': should(
    'RFC 9068 §2.2.1',
    'says in the token when and how the person proved who they are',
  ),
  'rfc9068:2.2.3.1:roles': should('RFC 9068 §2.2.3.1', "writes the person's roles into the token"),
} as const;

/** Going on while the person is away. */
export const refreshing = {
  'rfc6749:6:refresh': must(
    ['RFC 6749 §6', 'IX-40', 'AS-32'],
    'answers every refresh with a token and the next refresh token, for public and confidential clients alike',
  ),
  'rfc6749:6:bound': must('RFC 6749 §6', 'refreshes for the client alone that the token was issued to'),
  'rfc6749:6:scope': must(
    'RFC 6749 §6',
    'narrows one token to the scope that is asked for, refuses more than was granted, and keeps the grant whole',
  ),
  'AS-33': may('AS-33', 'gives no refresh token where the client is not registered for it'),
  'IX-42': must('IX-42', 'answers an unknown, expired or replaced refresh token with 400 invalid_grant'),
  'IX-43': must(
    'IX-43',
    'gives all who refresh with one token at once, or within a minute, one and the same successor',
  ),
  'rfc9700:4.14.2:replay': must(
    ['RFC 9700 §4.14.2', 'IX-43'],
    'ends the family of a refresh token that is used after its minute, and with it the access tokens',
  ),
  'vestibule:refresh-lifetimes': must(
    'Vestibule',
    'ends a family that is idle for too long, and each after its absolute time',
  ),
  'vestibule:refresh-standing': must(
    'Vestibule',
    'asks the identity provider of a person at a refresh: what they granted ends where it lets them in no more, narrows with their groups, and waits while it is down or disabled',
  ),
  'vestibule:refusals-explained': must(
    'Vestibule',
    'tells the audit trail why a grant has ended whenever a token is refused for it',
  ),
  'vestibule:refresh-in-turn': must(
    'Vestibule',
    'has a client wait that refreshes more often in a minute than is remembered, and ends nothing for it',
  ),
  'vestibule:refresh-entitlement': must(
    'Vestibule',
    'gives nothing for a client, an agent, a resource or an identity provider that is disabled, ends nothing for it, and narrows to what the person still holds',
  ),
} as const;

/** Who the person is, and the end of what they granted. */
export const openId = {
  'rfc7009:2.1:refresh-token': must(
    'RFC 7009 §2.1',
    'ends the grant of a refresh token that its client revokes, and all that was issued on it',
  ),
  'oidc-core:2:id-token': must(
    ['OIDC Core §2', 'OIDC Core §3.1.3.6'],
    'gives an id_token with `openid`: for the client, with nonce, at_hash, and when and how the person signed in',
  ),
  'oidc-core:5.4:claims': must(
    ['OIDC Core §5.4', 'OIDC Core §5.3.2'],
    'tells of the person what the granted scopes let the client know, in id_token and userinfo alike',
  ),
  'oidc-core:5.3:userinfo': must(
    ['OIDC Core §5.3', 'OIDC Core §5.3.1'],
    'answers userinfo by GET and POST to a token in the Authorization header, and challenges all else',
  ),
} as const;
