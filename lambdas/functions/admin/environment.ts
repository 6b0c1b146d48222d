/** Everything the admin function reads from its environment. */
export const adminEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** The name of the function that talks to identity providers, or `none` where there are none. */
  'DOWNSTREAM_FUNCTION',
  /** The name of the function that registers clients at identity providers, or `none`. */
  'ENROLMENT_FUNCTION',
  /** The ids of the identity providers at which a client is one of its own, as a JSON list. */
  'PROXIED_IDPS',
  /** `some`, or `none` where no agent of the config opens tasks. */
  'TASKS',
  /** `public`, or `loopback` in the dev profile, where a resource may be http on this machine. */
  'RESOURCE_HOSTS',
  /** How clients register themselves: `open`, `approval`, `initial_access_token` or `closed`. */
  'REGISTRATION_MODE',
  /** How long a client lives that no person has used. */
  'UNUSED_HOURS',
] as const;
export type AdminEnvironment = Record<(typeof adminEnvironment)[number], string>;
