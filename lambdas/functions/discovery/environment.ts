/** Everything the discovery function reads from its environment. */
export const discoveryEnvironment = ['ISSUER', 'REGISTRY_TABLE'] as const;
export type DiscoveryEnvironment = Record<(typeof discoveryEnvironment)[number], string>;
