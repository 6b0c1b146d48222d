/** Everything the function of a deployment without identity providers reads, in place of the authorization function. */
export const noSignInEnvironment = [
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** `<requests a second>/<burst>` of one address. */
  'ADDRESS_LIMIT',
] as const;
export type NoSignInEnvironment = Record<(typeof noSignInEnvironment)[number], string>;
