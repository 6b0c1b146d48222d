/** An identity provider that your people sign in at, by OpenID Connect. */
export interface IdentityProviderConfig {
  /** Short name, `[A-Za-z0-9_-]{1,64}`: the last segment of the callback, `<issuer>/callback/<id>`, to allow there. */
  readonly id: string;
  /** As people read it where they choose. Default: the id. */
  readonly name?: string;
  /** Exactly as its discovery document and the `iss` of its tokens say, a slash at the end included. */
  readonly issuer: string;
  /** The client that you registered there for this deployment. */
  readonly clientId: string;
  /**
   * The ARN of a secret that holds the client's secret: the text itself, or `{"client_secret": …}`. Absent: the stack makes
   * a secret, and you put the value in after the first deployment.
   */
  readonly clientSecretArn?: string;
  /** What to ask for. Default: `openid profile email`. `offline_access` is asked for by itself where it is needed. */
  readonly scopes?: readonly string[];
  /** Domains of e-mail addresses whose people sign in here: a `login_hint` of one needs no choice. */
  readonly domains?: readonly string[];
  /** The ids of the resources that it serves, and no other. Default: all. */
  readonly resources?: readonly string[];
  /** The claim that names a person for good. Default: `sub`. An e-mail address is none. */
  readonly subjectClaim?: string;
  /** The claim that tells the tenants of one issuer apart, such as `tid`. Default: there is one tenant. */
  readonly tenantClaim?: string;
  /** The claim that lists a person's groups or roles, such as `groups`; `realm_access.roles` looks inside `realm_access`. */
  readonly groupsClaim?: string;
}

/** What people may let agents do. Without any role, whoever can sign in may grant every scope. */
export interface RoleConfig {
  /** As `roles` in tokens. */
  readonly id: string;
  /** Who holds it: whoever can sign in, or by identity provider the groups it is given to there. */
  readonly groups: 'everyone' | Readonly<Record<string, readonly string[]>>;
  /** Resource id → the scopes that a person with this role may grant there. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
}
