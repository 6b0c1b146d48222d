/** Everything the authorizer reads from its environment. */
export const authorizerEnvironment = ['ISSUER', 'RESOURCE', 'AUDIENCE', 'ROUTE_SCOPES'] as const;
export type AuthorizerEnvironment = Record<(typeof authorizerEnvironment)[number], string>;
