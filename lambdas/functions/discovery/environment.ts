/** Everything the discovery function reads from its environment. */
export const discoveryEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  /** `RS256` or `ES256`: what this deployment signs with. */
  'SIGNING_ALGORITHM',
] as const;
export type DiscoveryEnvironment = Record<(typeof discoveryEnvironment)[number], string>;
