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
] as const;
export type AuthorizationEnvironment = Record<(typeof authorizationEnvironment)[number], string>;
