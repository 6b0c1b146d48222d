/** Everything the sweep function reads from its environment. */
export const sweepEnvironment = [
  'GRANTS_TABLE',
  /** Where things are kept of people; `none` where nobody signs in. */
  'VAULT_TABLE',
  /** The URL of the queue from which the refresher works. */
  'TASK_QUEUE',
] as const;
export type SweepEnvironment = Record<(typeof sweepEnvironment)[number], string>;
