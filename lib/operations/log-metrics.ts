import { type Duration, Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type IFilterPattern, type JsonPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from '../constructs/function-environments.ts';
import type { Observed } from './observed.ts';

interface Counted {
  readonly pattern: IFilterPattern;
  /** In whose logs such lines stand; absent: in those of all. */
  readonly functions?: readonly FunctionName[];
  /** What a line counts for; absent: 1. */
  readonly value?: string;
}

const clientEndpoints: readonly FunctionName[] = ['token', 'introspection'];
/** Wherever clients prove themselves. */
const provers: readonly FunctionName[] = [...clientEndpoints, 'requests', 'tasks'];
const signers: readonly FunctionName[] = [...clientEndpoints, 'ends', 'tasks', 'refresher'];

/** Metrics made of log lines: nothing runs for them, and none costs anything in an hour without such a line. */
const counted = {
  TokensIssued: { pattern: event('token_issued'), functions: ['token'] },
  TokensRefused: { pattern: event('token_refused'), functions: ['token'] },
  TokensIntrospected: { pattern: event('token_introspected'), functions: ['introspection'] },
  TokensRevoked: { pattern: event('token_revoked'), functions: ['introspection'] },
  AssertionReplays: { pattern: reason('assertion_replayed'), functions: provers },
  LimitsReached: {
    pattern: reason('too_many_requests'),
    functions: [...provers, 'authorization', 'no-sign-in'],
  },
  SigningFailures: { pattern: failureOf('KMS', 'signing key*'), functions: signers },
  SigningKeyUnavailable: { pattern: event('signing_key_unavailable'), functions: signers },
  SigningKeyAge: {
    // Absent without a key that signs. A comparison with "*" is one of text, and days are a number.
    pattern: FilterPattern.all(event('signing_key_age'), FilterPattern.numberValue('$.audit.days', '>=', 0)),
    functions: ['keys'],
    value: '$.audit.days',
  },
  /** The right handle in hands that it is not of; one that is none was made up. */
  TaskHandlesRefused: {
    pattern: FilterPattern.all(event('task_handle_refused'), reason('other_*')),
    functions: ['tasks'],
  },
  TaskRenewalFailures: { pattern: event('task_renewal_failed'), functions: ['refresher'] },
  TasksOnGrace: {
    pattern: FilterPattern.all(
      event('task_renewal_failed'),
      FilterPattern.booleanValue('$.audit.endsEarly', true),
    ),
    functions: ['refresher'],
  },
  TaskDeliveryFailures: { pattern: event('task_delivery_failed'), functions: ['refresher'] },
  OldestOverdueTask: {
    pattern: FilterPattern.all(
      event('tasks_swept'),
      FilterPattern.numberValue('$.audit.latestSeconds', '>=', 0),
    ),
    functions: ['sweep'],
    value: '$.audit.latestSeconds',
  },
  StoreFailures: { pattern: failureOf('DynamoDB') },
  Defects: { pattern: message('defect') },
} as const satisfies Readonly<Record<string, Counted>>;

export type LogMetricName = keyof typeof counted;

/** Counts what the functions log. The lines are those of lambdas/runtime/events.ts and lambdas/http/failure.ts. */
export class LogMetrics extends Construct {
  readonly #namespace: string;

  constructor(scope: Construct, id: string, observed: Observed) {
    super(scope, id);
    this.#namespace = `Vestibule/${Stack.of(this).stackName}`;
    for (const [metricName, metric] of Object.entries<Counted>(counted)) {
      for (const { name, logGroup } of observed.functions) {
        if (metric.functions?.includes(name) === false) continue;
        new MetricFilter(this, `${metricName}-${name}`, {
          logGroup,
          filterPattern: metric.pattern,
          metricNamespace: this.#namespace,
          metricName,
          metricValue: metric.value ?? '1',
        });
      }
    }
  }

  sum(metricName: LogMetricName, period: Duration, label?: string): Metric {
    return this.metric(metricName, { period, statistic: Stats.SUM, ...(label !== undefined && { label }) });
  }

  highest(metricName: LogMetricName, period: Duration, label?: string): Metric {
    return this.metric(metricName, {
      period,
      statistic: Stats.MAXIMUM,
      ...(label !== undefined && { label }),
    });
  }

  private metric(metricName: LogMetricName, options: MetricOptions): Metric {
    return new Metric({ namespace: this.#namespace, metricName, ...options });
  }
}

function event(name: string): JsonPattern {
  return FilterPattern.stringValue('$.audit.event', '=', name);
}

function reason(name: string): JsonPattern {
  return FilterPattern.stringValue('$.audit.reason', '=', name);
}

function message(text: string): JsonPattern {
  return FilterPattern.stringValue('$.message', '=', text);
}

function failureOf(...dependencies: readonly string[]): JsonPattern {
  const any = dependencies.map((name) => FilterPattern.stringValue('$.dependency', '=', name));
  return FilterPattern.all(message('dependency unavailable'), FilterPattern.any(...any));
}
