/** Id of a resource, the target → what may be done there in the name of others. */
export type OnBehalfOfConfig = Readonly<Record<string, DelegationConfig>>;

/** What an agent or an MCP server may do, at one target, in the name of who sent it a token (RFC 8693). */
export interface DelegationConfig {
  /**
   * Scope of the target → those scopes of the token that was sent, of which it must hold one. A list: each scope of the
   * target for the scope of the same name.
   */
  readonly scopes: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** In whose name. Default: `['person']`. */
  readonly subjects?: readonly ('person' | 'agent' | 'workload')[];
  /** Whether the new token does not say who acts, so that the target cannot tell. Default: it says it. */
  readonly impersonation?: boolean;
  /**
   * In the name of people: whether it may get a refresh token, and go on once the token that was sent has expired, for as long as the client
   * that the person let in may. Its clients then have the grant `refresh_token`. Default: it may not.
   */
  readonly refreshTokens?: boolean;
}
