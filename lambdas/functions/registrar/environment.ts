/** Everything the registrar (the custom resources of the stack) reads from its environment. */
export const registrarEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** The stack's name: what the registrar created it may remove, and nothing else. */
  'DEPLOYMENT',
  /** As of the admin function. */
  'RESOURCE_HOSTS',
  /** As of the token function. */
  'WRAPPING_KEY',
  /** As of the discovery function. */
  'SIGNING_ALGORITHM',
] as const;
export type RegistrarEnvironment = Record<(typeof registrarEnvironment)[number], string>;
