import { must, should } from '../requirement.ts';

/** People sign in at the identity provider they have: OpenID Connect, with this deployment as the client. */
export const federation = {
  'oidc-discovery:4.1:trailing-slash': must(
    ['OIDC Discovery §4.1', 'OIDC Discovery §4.3'],
    'takes an issuer as it is written, a slash at its end included, and metadata that names this very issuer only',
  ),
  'oidc:3.1.2.1:request': must(
    ['OIDC Core §3.1.2.1', 'RFC 7636 §4.2'],
    'asks an identity provider with state, nonce and PKCE, and hands on prompt, max_age, acr_values and login_hint',
  ),
  'vestibule:nothing-upstream': must(
    'Vestibule',
    'sends nothing of a client’s own request upstream: no resource, no scope and no state of the client',
  ),
  'rfc9207:2.4:upstream-iss': must(
    'RFC 9207 §2.4',
    'refuses an answer that another identity provider gave than the one the browser was sent to',
  ),
  'oidc:3.1.3.7:id-token': must(
    ['OIDC Core §3.1.3.7', 'OIDC Core §10.1'],
    'believes an id_token only of the right issuer, audience, party, nonce and time, signed by a key of the provider',
  ),
  'oidc:3.1.3.8:at-hash': must(
    ['OIDC Core §3.1.3.8', 'OIDC Core §3.1.3.6'],
    'refuses an id_token whose at_hash is that of another access token',
  ),
  'oidc:3.1.2.1:max-age': must(
    ['OIDC Core §3.1.2.1', 'OIDC Core §3.1.3.7'],
    'tells a client login_required where a person did not sign in anew though prompt or max_age asked for it, or nobody tells',
  ),
  'rfc9470:5:unmet': must(
    ['RFC 9470 §5', 'OIDC Core §3.1.2.1'],
    'tells a client unmet_authentication_requirements where a person was authenticated in none of the ways that it asked for by acr_values',
  ),
  'vestibule:step-up': must(
    'Vestibule',
    'asks each kind of identity provider for step-up in its own words, and believes that of what it asserts alone',
  ),
  'vestibule:profile-entra': must(
    'Vestibule',
    'signs in people of the tenants of Entra that the config names, and of no other, whatever issuer, tenant or key a token names',
  ),
  'vestibule:graph-groups': must(
    'Vestibule',
    'asks Microsoft Graph, and nobody that a token names, for groups that are too many for a token, and signs nobody in with some of them',
  ),
  'vestibule:profile-quirks': must(
    'Vestibule',
    'signs people in at Okta, Cognito, Auth0, Keycloak and Ping as these differ from each other',
  ),
  'oidc:10.1.1:key-rotation': must(
    'OIDC Core §10.1.1',
    'fetches the keys of a provider anew for an id_token that none of the known ones signed',
  ),
  'oidc:5.3.2:userinfo-sub': must(
    'OIDC Core §5.3.2',
    'asks the userinfo endpoint where the id_token leaves something out, and refuses the claims of another subject',
  ),
  'oidc:9:client-authentication': must(
    'OIDC Core §9',
    'proves itself to an identity provider by a method that the provider takes',
  ),
  'vestibule:persons': must(
    'Vestibule',
    'knows a person by issuer, tenant and stable id: two providers that assert one subject or one e-mail tell of two persons',
  ),
  'oidc:3.1.2.6:wants-person': must(
    'OIDC Core §3.1.2.6',
    'takes it for no word against a person that their provider wants to see them before it takes a refresh token',
  ),
  'oidc:12.2:refreshed-person': must(
    'OIDC Core §12.2',
    'ends what was granted where a refreshed id_token is of another person',
  ),
  'vestibule:standing-once': must(
    'Vestibule',
    'asks a provider about one grant at most once a minute, whoever and however many ask',
  ),
  'vestibule:standing-ends': must(
    'Vestibule',
    'tells that a person has ended once their provider takes the kept refresh token no more, and forgets that token',
  ),
  'vestibule:standing-lost-reply': must(
    'Vestibule',
    'keeps an honest person standing through a lost reply at any call, and through a provider that is down',
  ),
  'vestibule:standing-lost-rotation': must(
    'Vestibule',
    'sends a kept token once more whose replacement was lost, and where the provider takes it no more says that the person has to sign in again',
  ),
  'vestibule:unruly-provider': must(
    'Vestibule',
    'waits for an identity provider for seconds, reads 256 kB of an answer, and keeps of it no group that has no role and no token that is too long',
  ),
  'vestibule:kept-once-used': must(
    'Vestibule',
    'keeps a refresh token of an identity provider for minutes only, until the client redeems the code that it stands behind',
  ),
  'vestibule:idp-disabled': must(
    'Vestibule',
    'lets nobody sign in through a disabled identity provider, and suspends its people until it is enabled again',
  ),
  'vestibule:upstream-secrets': should(
    'Vestibule',
    'writes no code, token or client secret of an identity provider into any log',
  ),
} as const;
