/** Everything the gate reads from its environment. */
export const gateEnvironment = ['ISSUER', 'RESOURCE', 'AUDIENCE', 'ROUTE_SCOPES', 'TARGETS'] as const;
export type GateEnvironment = Record<(typeof gateEnvironment)[number], string>;
