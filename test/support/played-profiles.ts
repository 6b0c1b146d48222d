import type { Behaviour } from './played-idp/behaviour.ts';

// How these providers behave. Okta (okta/okta-developer-docs, guides): ok-as concepts/auth-servers, ok-groups
// customize-tokens-groups-claim, ok-acr step-up-authentication. Cognito (docs.aws.amazon.com/cognito): cg-at
// using-the-access-token, cg-logout logout-endpoint. Auth0 (auth0/docs-v2): a0-claims create-custom-claims.mdx, a0-stepup
// step-up-authentication. Keycloak (keycloak/keycloak, docs/guides): kc-mcp mcp-authz-server.adoc.

type Claims = Readonly<Record<string, unknown>>;

const withoutIss: Behaviour = {
  metadata: { authorization_response_iss_parameter_supported: undefined },
  iss: null,
};

const oktaLevels = ['urn:okta:loa:1fa:any', 'urn:okta:loa:2fa:any', 'phr', 'phrh'];

/** ok-as: the id_token of an org is thin where a code is exchanged for both tokens; its userinfo endpoint tells the rest. */
export function okta(
  groups: readonly string[],
  more: Behaviour & { readonly cannot?: string } = {},
): Behaviour {
  const { cannot, ...rest } = more;
  let asked: string | undefined;
  return {
    ...withoutIss,
    person: { sub: '00uid4BxXw6I6TV4m0g3', ver: 1, idp: '00o1' },
    userinfo: { sub: '00uid4BxXw6I6TV4m0g3', name: 'Ann', email: 'ann@example.com', groups },
    refuses: (parameters) => {
      // ok-acr: values that it does not know are ignored; one that cannot be met is refused.
      asked = (parameters.get('acr_values') ?? '').split(' ').find((value) => oktaLevels.includes(value));
      return asked !== undefined && asked === cannot ? 'unmet_authentication_requirements' : undefined;
    },
    claims: (claims) => ({ ...claims, ...(asked !== undefined && { acr: asked }) }),
    ...rest,
  };
}

/** cg-at: both tokens of a pool are JWTs of one issuer, told apart by `token_use`; the endpoints are at the pool's domain. */
export function cognito(port: number, person: Claims = {}, pool = 'eu-west-1_aBcDeF'): Behaviour {
  const domain = `http://127.0.0.1:${port}/${pool}`;
  const sub = '973db890-092c-49e4-a9d0-912a4c0a20c7';
  return {
    iss: null,
    metadata: {
      authorization_response_iss_parameter_supported: undefined,
      authorization_endpoint: `${domain}/authorize`,
      token_endpoint: `${domain}/token`,
      userinfo_endpoint: `${domain}/userinfo`,
      end_session_endpoint: `${domain}/logout`,
      scopes_supported: ['openid', 'email', 'phone', 'profile'],
    },
    person: {
      ...{ sub, token_use: 'id', 'cognito:username': 'ann', event_id: 'e', origin_jti: 'o' },
      ...{ email: 'ann@example.com', email_verified: true, 'cognito:groups': ['staff'], ...person },
    },
    userinfo: { sub, username: 'ann', email: 'ann@example.com', email_verified: 'true' },
  };
}

/** a0-claims: claims of one's own are named by a URL. a0-stepup: `amr` alone says that there was a second factor. */
export function auth0(roles: readonly string[], more: Claims = {}): Behaviour {
  return {
    ...withoutIss,
    person: {
      ...{ sub: 'auth0|507f1f77bcf86cd799439011', name: 'Ann', email: 'ann@example.com', nickname: 'ann' },
      ...{ 'https://example.com/roles': roles, sid: 's', ...more },
    },
  };
}

/** Realm roles with the mapper that puts them into the id_token; `acr` is the level that was reached. */
export function keycloak(roles: readonly string[], more: Claims = {}): Behaviour {
  return {
    person: {
      ...{ sub: 'f1c0ffee-0000-4000-8000-000000000001', typ: 'ID', azp: 'vestibule', acr: '1', name: 'Ann' },
      ...{ email: 'ann@example.com', realm_access: { roles: ['offline_access', ...roles] }, ...more },
    },
  };
}

/** A sign-on policy of PingOne is asked for and told by its name. */
export function ping(groups: readonly string[], more: Claims = {}): Behaviour {
  return {
    ...withoutIss,
    person: {
      sub: 'b1',
      env: 'e1',
      name: 'Ann',
      email: 'ann@example.com',
      memberOfGroupNames: groups,
      ...more,
    },
  };
}
