/** Everything the downstream function reads from its environment. */
export const downstreamEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'VAULT_TABLE',
  /** The ARN of the KMS key that wraps what is kept. */
  'VAULT_KEY',
  /** The stack's name: part of what a kept token is bound to. */
  'DEPLOYMENT',
  /** The ids of the identity providers, as a JSON list. */
  'IDPS',
  /**
   * The ARN of the secret that holds our client secret, by identity provider that knows us by one, and by API that is exchanged for
   * by a client of its own (`api:<id>`), as JSON.
   */
  'IDP_SECRETS',
  /** `public`, or `loopback` in the dev profile, where an identity provider may live on this machine. */
  'DOCUMENT_HOSTS',
] as const;
export type DownstreamEnvironment = Record<(typeof downstreamEnvironment)[number], string>;
