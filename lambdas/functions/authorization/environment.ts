/** Everything the authorization function reads from its environment. */
export const authorizationEnvironment = [
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** `<requests a second>/<burst>` of one address. */
  'ADDRESS_LIMIT',
] as const;
export type AuthorizationEnvironment = Record<(typeof authorizationEnvironment)[number], string>;
