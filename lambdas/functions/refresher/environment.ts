/** Everything the refresher reads from its environment. */
export const refresherEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  'ACCESS_TOKEN_MINUTES',
  /** As of the tasks function. */
  'TASK_GRACE_MINUTES',
  'REFRESH_TOKEN_DAYS',
  'DELEGATION_DEPTH',
  'IDPS',
  'DOWNSTREAM_FUNCTION',
  'CLIENT_DOCUMENTS',
  /** How often each identity provider is asked at most, but for people who sign in: `<requests a second>/<burst>`. */
  'PROVIDER_RATE',
  /** Name of the event bus that is told what becomes of tasks. */
  'TASK_EVENTS',
  /** The function's own time limit in seconds. */
  'TIME_LIMIT',
  /** Whether it puts tokens of tasks into secrets: `written` or `none`; with the latter it signs nothing. */
  'TASK_SECRETS',
  /** As of the tasks function; `none` where it signs nothing. */
  'WRAPPING_KEY',
  'DEPLOYMENT',
] as const;
export type RefresherEnvironment = Record<(typeof refresherEnvironment)[number], string>;
