import type { LimitConfig } from './config.ts';

/** What an agent may do by tasks, which go on for longer than a token. */
export interface AgentTasksConfig {
  /** Hours after its opening at which a task ends at the latest, 1 to 8,760. */
  readonly maximumHours: number;
  /** Whether it may move the end of a task that runs, up to `maximumHours` after its opening. Default: false. */
  readonly extension?: boolean;
  /**
   * The secrets of Secrets Manager that tokens may be put into, by ARN; one that ends with `*` is for all that begin so. Default:
   * none. Whatever they hold is replaced, so keep them for that alone.
   */
  readonly secrets?: readonly string[];
}

/** Tasks of this deployment. */
export interface TasksConfig {
  /**
   * Minutes for which a task goes on when nobody can tell any more whether it may, beyond the life of a token: so long may an identity
   * provider be down, 5 to 1,440. Default: 60.
   */
  readonly graceMinutes?: number;
  /**
   * How often each identity provider is asked at most about people for whom tasks work; people who sign in do not count, nor wait. Keep
   * it below what the provider takes of one client. Default: 20 a second, and 40 at once; of another rate, twice as many at once.
   */
  readonly providerLimit?: LimitConfig;
}
