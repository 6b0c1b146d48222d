/** Everything the proxy to third parties reads from its environment. */
export const egressEnvironment = [
  'ISSUER',
  /** The stack's name: part of what a kept credential is bound to. */
  'DEPLOYMENT',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  'VAULT_TABLE',
  /** The ARN of the KMS key that wraps what is kept. */
  'VAULT_KEY',
  /** As of the connections function. */
  'CONNECTION_VAULT',
  'EGRESS_PROVIDERS',
  /** The name of the function that renews connections. */
  'CONNECTIONS_FUNCTION',
  /** `public`, or `loopback` in the dev profile, where a third party may live on this machine. */
  'DOCUMENT_HOSTS',
  /** Whose metadata documents are clients, as JSON; or `none`. */
  'CLIENT_DOCUMENTS',
  /** As of the discovery function. */
  'MUTUAL_TLS',
  /** As of the token function. */
  'NONCE_SECRET',
  'CLIENT_LIMIT',
  'ADDRESS_LIMIT',
] as const;
export type EgressEnvironment = Record<(typeof egressEnvironment)[number], string>;
