/** Everything the function reads from its environment that takes pushed authorization requests. */
export const parEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** As of the token function. */
  'DOCUMENT_HOSTS',
  'CLIENT_DOCUMENTS',
  'AWS_CALLER_IDENTITY',
  'CLIENT_LIMIT',
  'ADDRESS_LIMIT',
] as const;
export type ParEnvironment = Record<(typeof parEnvironment)[number], string>;
