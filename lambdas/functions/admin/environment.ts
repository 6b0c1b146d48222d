/** Everything the admin function reads from its environment. */
export const adminEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** `public`, or `loopback` in the dev profile, where a resource may be http on this machine. */
  'RESOURCE_HOSTS',
] as const;
export type AdminEnvironment = Record<(typeof adminEnvironment)[number], string>;
