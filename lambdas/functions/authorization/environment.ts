/** Everything the authorization function reads from its environment. */
export const authorizationEnvironment = ['REGISTRY_TABLE'] as const;
export type AuthorizationEnvironment = Record<(typeof authorizationEnvironment)[number], string>;
