/** Everything the token function reads from its environment. */
export const tokenEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** Minutes, 5 to 60. */
  'ACCESS_TOKEN_MINUTES',
  /** `<idle days>/<absolute days>` of refresh tokens. */
  'REFRESH_TOKEN_DAYS',
  /** How many may act in a chain of exchanged tokens, 1 to 8. */
  'DELEGATION_DEPTH',
  /** The ids of the identity providers, as a JSON list; empty where no people sign in. */
  'IDPS',
  /** The name of the function that knows how people stand there, or `none` where there are no identity providers. */
  'DOWNSTREAM_FUNCTION',
  /** The name of the function that knows how accounts at third parties stand, or `none` where there are none. */
  'CONNECTIONS_FUNCTION',
  /** The ids of the third parties, as a JSON list. */
  'EGRESS_PROVIDERS',
  /** Who else may issue tokens that count here, and which workloads are agents, as JSON lists. */
  'TRUST_ANCHORS',
  'WORKLOADS',
  /** To whom it says who people are, on which terms, as a JSON list. */
  'IDENTITY_ASSERTIONS',
  /** `public`, or `loopback` in the dev profile, where a document may live on this machine. */
  'DOCUMENT_HOSTS',
  /** Whose metadata documents are clients, as JSON; or `none`. */
  'CLIENT_DOCUMENTS',
  /** `accepted`, or `refused`: requests to AWS STS that a client signed, in place of an assertion. */
  'AWS_CALLER_IDENTITY',
  /** As of the discovery function. */
  'MUTUAL_TLS',
  /** `<requests a second>/<burst>` of one client, and of the requests of one address that prove no client. */
  'CLIENT_LIMIT',
  'ADDRESS_LIMIT',
  /** The ARN of the secret that nonces of DPoP proofs are sealed with, or `none` where proofs do without. */
  'NONCE_SECRET',
  /** The ARN of the KMS key that wraps the signing keys, or `none` where they are kept in KMS. */
  'WRAPPING_KEY',
  /** The stack's name: part of what a wrapped key is bound to. */
  'DEPLOYMENT',
] as const;
export type TokenEnvironment = Record<(typeof tokenEnvironment)[number], string>;
