export type IdentityProviderProfile =
  'entra' | 'okta' | 'cognito' | 'auth0' | 'keycloak' | 'ping' | 'generic';

/** A key that never leaves KMS, in place of a client secret (`private_key_jwt`). The stack makes it for this provider alone. */
export interface KeyAuthentication {
  readonly method: 'private_key_jwt';
  /** One that the provider takes. Another family of keys, RSA or elliptic, is another key. */
  readonly alg: 'RS256' | 'PS256' | 'ES256';
  /** What assertions name the provider by. Default: the token endpoint at Entra and Okta, and the issuer elsewhere. */
  readonly audience?: 'issuer' | 'token_endpoint';
  /**
   * Names of keys, of which the first signs and all are published. To replace one: add a name at the end, put it first once
   * the provider has seen it, and remove the old one. Default: one key, `1`.
   */
  readonly keys?: readonly string[];
  /**
   * The text (PEM) of the certificate of the first key, for a provider that knows keys by certificates, as Entra does. `npx
   * vestibule idp certificate <id>` makes one once the key is there; it is no secret.
   */
  readonly certificate?: string;
}

/** An identity provider that your people sign in at, by OpenID Connect. */
export interface IdentityProviderConfig {
  /** Short name, `[A-Za-z0-9_-]{1,64}`: the last segment of the callback, `<issuer>/callback/<id>`, to allow there. */
  readonly id: string;
  /** As people read it where they choose. Default: the id. */
  readonly name?: string;
  /**
   * Exactly as its discovery document and the `iss` of its tokens say, a slash at the end included. For several tenants of
   * Entra, `https://login.microsoftonline.com/organizations/v2.0`, and `tenants`.
   */
  readonly issuer: string;
  /**
   * What it is: the ways of its own that are kept, and the defaults of `scopes` and of the claims below. Default: as its
   * issuer says where that is unmistakable, and `generic` otherwise.
   */
  readonly profile?: IdentityProviderProfile;
  /** The client that you registered there for this deployment. */
  readonly clientId: string;
  /**
   * The ARN of a secret that holds the client's secret: the text itself, or `{"client_secret": …}`. Absent: the stack makes
   * a secret, and you put the value in after the first deployment.
   */
  readonly clientSecretArn?: string;
  /**
   * How the deployment proves itself there. With a key, give the provider
   * `<issuer>/.well-known/identity-provider-keys/<id>`, or what `npx vestibule idp key <id>` prints. Default: by the
   * client's secret.
   */
  readonly authentication?: 'client_secret' | KeyAuthentication;
  /**
   * Whether token requests there bear a proof of possession (DPoP, RFC 9449), as Okta demands of applications that have the
   * switch on. Requests for tokens of downstream APIs bear none. Default: false.
   */
  readonly dpop?: boolean;
  /**
   * What to ask for. Default: `openid profile email`, with `User.Read` at Entra, which tells who is in more than 200 groups,
   * and `groups` at an Okta org. `offline_access` is asked for by itself where it is
   * needed.
   */
  readonly scopes?: readonly string[];
  /** Domains of e-mail addresses whose people sign in here: a `login_hint` of one needs no choice. */
  readonly domains?: readonly string[];
  /** The ids of the resources that it serves, and no other. Default: all. */
  readonly resources?: readonly string[];
  /** The claim of the id_token that names a person for good. Default: `sub`, and `oid` at Entra. An e-mail address is none. */
  readonly subjectClaim?: string;
  /** The claim of the id_token that tells the tenants of one issuer apart. Default: there is one tenant; `tid` at Entra. */
  readonly tenantClaim?: string;
  /** The tenants whose people sign in, and nobody else: values of the tenant claim. Default: all of the issuer. */
  readonly tenants?: readonly string[];
  /**
   * What clients ask for by `acr_values`, and what the provider calls it: an authentication context such as `c1` at Entra, a
   * name or a level elsewhere. Nothing else is asked for then. Default: by whatever name clients know it.
   */
  readonly acr?: Readonly<Record<string, string>>;
  /**
   * The claim that lists a person's groups or roles; `realm_access.roles` looks inside `realm_access`. Default: `groups` at
   * Entra and Okta, `cognito:groups`, `realm_access.roles` at Keycloak, and none elsewhere. `roles` are the app roles of Entra.
   */
  readonly groupsClaim?: string;
  /**
   * What ends when the provider tells (`/backchannel-logout/<id>`) that somebody signed out there. `sessions`: their sessions
   * here, and what they granted to clients but for `offline_access`. `everything`: that too. Default: `sessions`. It says the same
   * of a client that signs somebody out (`/logout`): `sessions` ends what that client got, `everything` what all of them did.
   */
  readonly onLogout?: 'sessions' | 'everything';
  /** How clients that register themselves are known there. Default: all sign people in as the client of this deployment. */
  readonly registration?: ProxiedRegistrationConfig;
}

/**
 * Each client that registers itself is one of its own at the identity provider, whose policies and logs tell them apart: with
 * that it signs people in. It takes `registration.mode: 'initial_access_token'` or `'approval'`, so that nobody floods the
 * provider; with approval, from when an operator enables it.
 */
export interface ProxiedRegistrationConfig {
  readonly mode: 'proxied';
  /** How many there may be at once. Default: 100. */
  readonly quota?: number;
  /**
   * The ARN of a secret that holds by what clients are registered there: an initial access token (Keycloak and others), an API
   * token (Okta), or `{"client_id": …, "client_secret": …}` of an application for the Management API (Auth0). Absent: the stack
   * makes a secret, and you put the value in after the first deployment.
   */
  readonly credentialArn?: string;
  /**
   * Of Cognito, which needs no credential: the ARN of the user pool. Default: as the issuer says, in the account of the stack;
   * needed where the issuer is known at deployment only.
   */
  readonly userPoolArn?: string;
  /**
   * Of Cognito: where people may sign in with these clients, by its name in the user pool. Default: `COGNITO`, the pool itself.
   */
  readonly supportedIdentityProviders?: readonly string[];
  /**
   * Of Cognito: whether the domain of the user pool has managed login, which shows an app client no page before it has a branding
   * style. Each is given the one that Cognito provides. Default: false, for the classic hosted UI.
   */
  readonly managedLogin?: boolean;
}

/** What people may let agents do. Without any role, whoever can sign in may grant every scope. */
export interface RoleConfig {
  /** As `roles` in tokens. */
  readonly id: string;
  /** Who holds it: whoever can sign in, or by identity provider the groups it is given to there. */
  readonly groups: 'everyone' | Readonly<Record<string, readonly string[]>>;
  /** Resource id → the scopes that a person with this role may grant there; downstream API id → those asked in their name. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
}

/** The keys that prove the deployment at an identity provider; undefined where a secret does. */
export function keyAuthenticationOf({
  authentication,
}: IdentityProviderConfig): KeyAuthentication | undefined {
  return typeof authentication === 'object' ? authentication : undefined;
}
