/** Everything the authorization function reads from its environment. */
export const authorizationEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** The ARN of the secret that cookies and forms are sealed with. */
  'SEAL_SECRET',
  /** Name of the downstream function. */
  'DOWNSTREAM_FUNCTION',
  /** The ids of the identity providers, as a JSON list. */
  'IDPS',
  /** How long a client that registered itself lives on once people use it. */
  'CLIENT_LIFETIME_DAYS',
  /** `{"name", "accent"}` of the company, each where the config has it. */
  'BRANDING',
  /** As of the token function. */
  'DOCUMENT_HOSTS',
  'CLIENT_DOCUMENTS',
  /** `<requests a second>/<burst>` of one address. */
  'ADDRESS_LIMIT',
  /** The ids of the identity providers at which clients of curated hosts are clients of their own, as a JSON list. */
  'PROXIED_IDPS',
  /** Name of the function that registers them there; `none` where no host is curated, or no client one of its own. */
  'ENROLMENT_FUNCTION',
  /** Name of the function that holds connected accounts; `none` without third parties. */
  'CONNECTIONS_FUNCTION',
  /** The ids of the third parties, as a JSON list. */
  'EGRESS_PROVIDERS',
] as const;
export type AuthorizationEnvironment = Record<(typeof authorizationEnvironment)[number], string>;
