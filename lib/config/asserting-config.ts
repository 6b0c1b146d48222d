/** An authorization server of somebody else to which this deployment says who its people are (ID-JAG), and on which terms. */
export interface IdentityAssertionConfig {
  /** Its issuer, to the letter: the `audience` that clients ask for, and the `aud` of what they get. */
  readonly audience: string;
  /** Client id → what the client is called there. They hold the grant `urn:ietf:params:oauth:grant-type:token-exchange`. */
  readonly clients: Readonly<Record<string, string>>;
  /** The ids of the identity providers whose people it is told of. Default: all. */
  readonly identityProviders?: readonly string[];
  /** The scopes there that may be asserted. */
  readonly scopes: readonly string[];
  /** The resources there that may be named. Default: none is. */
  readonly resources?: readonly string[];
  /** Whether it is told the e-mail address of a person who let the client read it. Default: false. */
  readonly email?: boolean;
}
