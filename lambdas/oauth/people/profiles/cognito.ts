import { namesAt } from './claim-at.ts';
import { generic, standardScopes, withParameters } from './generic.ts';
import type { ProviderProfile } from './profile.ts';

/** Amazon Cognito user pools. Their endpoints are at another host than their issuer. */
export const cognito: ProviderProfile = {
  ...generic,
  isIssuer: ({ hostname }) => /^cognito-idp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(hostname),
  defaults: () => ({ scopes: standardScopes, subjectClaim: 'sub', groupsClaim: 'cognito:groups' }),
  // Access tokens of a pool are JWTs of the same issuer.
  idTokenProblem: (_, { token_use: use }) =>
    use === 'id' ? undefined : 'token_use is not id: the token is no id_token of a user pool',
  groups: (claims, groupsClaim) => {
    const names = namesAt(claims, groupsClaim);
    if (names !== undefined) return { at: 'claims', names };
    // Who is in no group has no such claim, and the userinfo endpoint never tells it.
    return groupsClaim.startsWith('cognito:') ? { at: 'claims', names: [] } : { at: 'userinfo' };
  },
  // It has no levels of authentication, and no age of a sign-in to ask for but anew.
  stepUp: {
    parameters: ({ prompt, maxAge, loginHint }) => ({
      prompt: prompt ?? (maxAge === 0 ? 'login' : undefined),
      login_hint: loginHint,
    }),
    isReached: () => false,
  },
  logoutUrl: ({ authorizationEndpoint, clientId, returnTo }) =>
    withParameters(new URL('/logout', authorizationEndpoint).href, {
      client_id: clientId,
      logout_uri: returnTo,
    }),
  registration: { kind: 'user_pool' },
};
