/** Everything the introspection function reads from its environment. */
export const introspectionEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** The name of the function that keeps what identity providers gave, or `none` where there are none. */
  'DOWNSTREAM_FUNCTION',
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
  /** As of the token function. */
  'WRAPPING_KEY',
  'DEPLOYMENT',
] as const;
export type IntrospectionEnvironment = Record<(typeof introspectionEnvironment)[number], string>;
