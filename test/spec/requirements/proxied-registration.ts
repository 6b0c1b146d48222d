import { must } from '../requirement.ts';

/** Clients that are clients of their own at identity providers. */
export const proxiedRegistration = {
  'rfc7591:3:proxied': must(
    ['RFC 7591 §3', 'RFC 7591 §2', 'OIDC Core §8'],
    'registers a client at an identity provider as the provider has it: by its credential, with our redirect URI alone',
  ),
  'rfc7592:2.3:proxied': must(
    ['RFC 7592 §2.3', 'RFC 7592 §3', 'RFC 7592 §4'],
    'removes a client from an identity provider by the token that came with it, and takes one that is gone as removed',
  ),
  'vestibule:proxied-registration': must(
    'Vestibule',
    'makes a client that registers by an initial access token a client of its own at each provider that the config says',
  ),
  'vestibule:proxied-approval': must(
    'Vestibule',
    'makes a client that waits for approval a client of its own at each provider before an operator lets it in, once',
  ),
  'vestibule:proxied-document': must(
    'Vestibule',
    'makes a metadata document of a curated host a client of its own at each provider before anybody signs in with it, once, and no other document',
  ),
  'vestibule:proxied-user-pool': must(
    'Vestibule',
    'makes a client an app client of a user pool of Cognito by the API of AWS, finds it by its name, and deletes it there',
  ),
  'vestibule:proxied-managed-login': must(
    'Vestibule',
    'gives an app client pages of managed login where the config says that the pool has it, and keeps none without',
  ),
  'vestibule:proxied-sign-in': must(
    ['Vestibule', 'RFC 6749 §6'],
    'signs people in as that client, with its secret, and asks later whether they stand as that client',
  ),
  'vestibule:proxied-leaving': must(
    'Vestibule',
    'removes at the provider what is no client here any more: removed by itself or by an operator, or expired',
  ),
  'vestibule:proxied-changes': must(
    'Vestibule',
    'has a client called at the provider as it calls itself here, whatever tokens it rotates for that',
  ),
  'rfc7592:2.2:proxied': must(
    'RFC 7592 §2.2',
    'changes a client at a provider by all of its metadata, and keeps the token that it is given for that',
  ),
  'vestibule:proxied-logout': must(
    'Vestibule',
    'hears of a logout that a client of its own is told of there, by a token for that client alone',
  ),
  'oidc-backchannel:2.2:proxied': must(
    ['OIDC Back-Channel Logout §2.2', 'OIDC Back-Channel Logout §2.6'],
    'registers a client at a provider that tells of logouts with where it is told, and that it needs the session',
  ),
  'vestibule:proxied-quota': must(
    'Vestibule',
    'makes exactly as many clients at a provider as its quota allows, of hundreds that come at once',
  ),
  'vestibule:proxied-faults': must(
    ['Vestibule', 'RFC 9110 §15.6.4', 'RFC 6585 §4'],
    'leaves nothing at a provider without a client here, and no client here without one there, whatever fails on the way',
  ),
  'vestibule:proxied-unusable': must(
    ['Vestibule', 'RFC 7591 §3.2.1', 'RFC 7591 §3.2.2'],
    'keeps no client that could not sign people in safely, and tells operators why and what to change',
  ),
  'vestibule:proxied-secrets': must(
    'Vestibule',
    'shows nobody by what clients are registered at a provider, prove themselves and are removed there',
  ),
} as const;
