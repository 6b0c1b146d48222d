/** Everything the authorization function reads from its environment. */
export const authorizationEnvironment = [
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** As of the token function. */
  'DOCUMENT_HOSTS',
  'CLIENT_DOCUMENTS',
  /** `<requests a second>/<burst>` of one address. */
  'ADDRESS_LIMIT',
] as const;
export type AuthorizationEnvironment = Record<(typeof authorizationEnvironment)[number], string>;
