/** Everything the tasks function reads from its environment. */
export const tasksEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** Minutes, 5 to 60. */
  'ACCESS_TOKEN_MINUTES',
  /** Minutes for which a task goes on when nobody can tell any more whether it may, 5 to 1,440. */
  'TASK_GRACE_MINUTES',
  /** As of the token function. */
  'REFRESH_TOKEN_DAYS',
  'DELEGATION_DEPTH',
  'IDPS',
  'DOWNSTREAM_FUNCTION',
  /** As of the token function. */
  'CONNECTIONS_FUNCTION',
  'EGRESS_PROVIDERS',
  'DOCUMENT_HOSTS',
  'CLIENT_DOCUMENTS',
  'AWS_CALLER_IDENTITY',
  'MUTUAL_TLS',
  /** As of the refresher. */
  'PROVIDER_RATE',
  /** The function's own time limit in seconds. */
  'TIME_LIMIT',
  'CLIENT_LIMIT',
  'ADDRESS_LIMIT',
  'NONCE_SECRET',
  'WRAPPING_KEY',
  'DEPLOYMENT',
] as const;
export type TasksEnvironment = Record<(typeof tasksEnvironment)[number], string>;
