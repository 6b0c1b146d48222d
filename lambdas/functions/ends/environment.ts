/** Everything the ends function reads from its environment. */
export const endsEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** As of the token function. */
  'WRAPPING_KEY',
  'DEPLOYMENT',
] as const;
export type EndsEnvironment = Record<(typeof endsEnvironment)[number], string>;
