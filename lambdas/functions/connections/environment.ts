/** Everything the connections function reads from its environment. */
export const connectionsEnvironment = [
  'ISSUER',
  /** The stack's name: part of what a kept credential is bound to. */
  'DEPLOYMENT',
  'REGISTRY_TABLE',
  'VAULT_TABLE',
  /** The ARN of the KMS key that wraps what is kept. */
  'VAULT_KEY',
  /** Where the tokens of connections are: `dynamodb`, sealed in their items, or `secrets-manager`. */
  'CONNECTION_VAULT',
  /** The ids of the egress providers, as a JSON list. */
  'EGRESS_PROVIDERS',
  /** The ARN of the secret of each provider that has one, by its name (`egress:<id>`), as JSON. */
  'EGRESS_SECRETS',
  /** `public`, or `loopback` in the dev profile, where a third party may live on this machine. */
  'DOCUMENT_HOSTS',
  /** The function's own time limit in seconds. */
  'TIME_LIMIT',
] as const;
export type ConnectionsEnvironment = Record<(typeof connectionsEnvironment)[number], string>;
