/** Everything the registrar (the custom resources of the stack) reads from its environment. */
export const registrarEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** The stack's name: what the registrar created it may remove, and nothing else. */
  'DEPLOYMENT',
  /** As of the admin function. */
  'RESOURCE_HOSTS',
] as const;
export type RegistrarEnvironment = Record<(typeof registrarEnvironment)[number], string>;
