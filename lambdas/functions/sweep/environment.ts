/** Everything the sweep function reads from its environment. */
export const sweepEnvironment = [
  'GRANTS_TABLE',
  /** The URL of the queue from which the refresher works. */
  'TASK_QUEUE',
] as const;
export type SweepEnvironment = Record<(typeof sweepEnvironment)[number], string>;
