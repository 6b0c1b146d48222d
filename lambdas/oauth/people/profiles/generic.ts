import { namesAt } from './claim-at.ts';
import type {
  IssuerRule,
  ProviderProfile,
  RequestParameters,
  StepUpRule,
  UpstreamLogout,
  UpstreamWishes,
} from './profile.ts';

export const standardScopes = ['openid', 'profile', 'email'] as const;

/** OIDC Discovery §4.3: one provider has one issuer, and all its keys are that issuer's. */
const oneIssuer: IssuerRule = {
  ofMetadata: ({ issuer }) => issuer,
  ofToken: ({ issuer }) => issuer,
  ownsKey: () => true,
};

/** OIDC Core §3.1.2.1: asked for by name, and told by the claim `acr`. */
const byAcrValues: StepUpRule = {
  parameters: (wishes) => ({ ...standardWishes(wishes), max_age: wishes.maxAge?.toString() }),
  isReached: (acr, claims) => claims['acr'] === acr,
};

export function standardWishes({ prompt, acr, loginHint }: UpstreamWishes): RequestParameters {
  return {
    prompt,
    acr_values: acr.length > 0 ? acr.join(' ') : undefined,
    login_hint: loginHint,
  };
}

/** OIDC RP-Initiated Logout §2. */
export function standardLogout(logout: UpstreamLogout): URL | undefined {
  const { endSessionEndpoint, clientId, returnTo, state, idTokenHint } = logout;
  if (endSessionEndpoint === undefined) return undefined;
  return withParameters(endSessionEndpoint, {
    id_token_hint: idTokenHint,
    client_id: clientId,
    post_logout_redirect_uri: returnTo,
    state,
  });
}

export function withParameters(endpoint: string, parameters: RequestParameters): URL {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** Whatever speaks OpenID Connect as it is written. */
export const generic: ProviderProfile = {
  isIssuer: () => false,
  defaults: () => ({ scopes: standardScopes, subjectClaim: 'sub' }),
  issuers: oneIssuer,
  idTokenProblem: () => undefined,
  groups: (claims, groupsClaim) => {
    const names = namesAt(claims, groupsClaim);
    return names === undefined ? { at: 'userinfo' } : { at: 'claims', names };
  },
  userinfoTellsMore: true,
  stepUp: byAcrValues,
  logoutUrl: standardLogout,
  registration: { kind: 'initial_access_token' },
  // OIDC Core §9, as it is since its second errata set: the issuer, and nothing else.
  assertionAudience: 'issuer',
};
