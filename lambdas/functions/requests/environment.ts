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
  /** The ids of the identity providers at which clients of curated hosts are clients of their own, as a JSON list. */
  'PROXIED_IDPS',
  /** Name of the function that registers them there; `none` where no host is curated, or no client one of its own. */
  'ENROLMENT_FUNCTION',
] as const;
export type RequestsEnvironment = Record<(typeof requestsEnvironment)[number], string>;
