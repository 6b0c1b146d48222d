/** Everything the canary reads from its environment. */
export const canaryEnvironment = [
  'ISSUER',
  /** What it asks a token for. */
  'RESOURCE',
  'CLIENT_ID',
  'CLIENT_SECRET_ARN',
] as const;
export type CanaryEnvironment = Record<(typeof canaryEnvironment)[number], string>;
