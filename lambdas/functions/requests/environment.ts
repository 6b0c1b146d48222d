/** Everything the function reads from its environment that takes requests which wait for a person. */
export const requestsEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** As of the token function. */
  'DOCUMENT_HOSTS',
  'CLIENT_DOCUMENTS',
  'AWS_CALLER_IDENTITY',
  /** As of the discovery function. */
  'MUTUAL_TLS',
  'CLIENT_LIMIT',
  'ADDRESS_LIMIT',
] as const;
export type RequestsEnvironment = Record<(typeof requestsEnvironment)[number], string>;
