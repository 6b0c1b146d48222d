/** Everything the discovery function reads from its environment. */
export const discoveryEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  /** `RS256` or `ES256`: what this deployment signs with. */
  'SIGNING_ALGORITHM',
  /** `yes`, or `no`: whether people sign in, and all that there is for them is advertised. */
  'PEOPLE',
  /** The ids of the identity providers that know the deployment by keys, as a JSON list. */
  'KEYED_IDPS',
  /** The origin where clients show certificates, or `none`. */
  'MUTUAL_TLS',
  /** `open`, or `closed`: whether clients register themselves. */
  'REGISTRATION',
  /** Which foreign tokens are grants by themselves (`workload`, `id_jag`), as a JSON list. */
  'ASSERTIONS',
  /** `yes`, or `no`: whether others are told who people are (ID-JAG). */
  'IDENTITY_ASSERTIONS',
  /** `yes`, or `no`: whether agents open tasks. */
  'TASKS',
  /** The ids of the third parties whose own tokens are narrowed by `authorization_details`, as a JSON list. */
  'DETAILED_PROVIDERS',
] as const;
export type DiscoveryEnvironment = Record<(typeof discoveryEnvironment)[number], string>;
