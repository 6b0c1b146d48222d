import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Profile, VestibuleConfig } from '../config/config.ts';

/** What becomes of state: a production deployment outlives a mistaken `cdk destroy`, a dev one leaves nothing. */
export interface Retention {
  readonly removalPolicy: RemovalPolicy;
  /** Deletion protection and point-in-time recovery of tables. */
  readonly protect: boolean;
  readonly logs: RetentionDays;
}

const logDays: Record<Profile, RetentionDays> = {
  production: RetentionDays.ONE_YEAR,
  dev: RetentionDays.ONE_WEEK,
};

export function retentionOf({ profile = 'production', logRetentionDays }: VestibuleConfig): Retention {
  const production = profile === 'production';
  return {
    removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    protect: production,
    logs: logRetentionDays === undefined ? logDays[profile] : retentionDaysOf(logRetentionDays),
  };
}

function retentionDaysOf(days: number): RetentionDays {
  return RetentionDays[RetentionDays[days] as keyof typeof RetentionDays];
}
