import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmsConfig } from '../config/config.ts';
import type { Canary } from './canary.ts';
import type { LogMetricName, LogMetrics } from './log-metrics.ts';
import { hasTaskWork, type Observed } from './observed.ts';

export interface AlarmsProps {
  readonly config: AlarmsConfig;
  /** Days after which a signing key is to be followed by the next. */
  readonly keyRotationDays: number;
  readonly observed: Observed;
  readonly metrics: LogMetrics;
}

type Rule = Pick<AlarmProps, 'metric' | 'threshold'> & Partial<AlarmProps> & { readonly what: string };

const fiveMinutes = Duration.minutes(5);

/** The most metrics that the expression of one alarm may have. */
const mostMetrics = 10;

/** Alarms on what a deployment must not do unnoticed. Each links to the section of the runbook with its name. */
export class Alarms extends Construct {
  readonly #runbook: string;
  readonly #topic: ITopic | undefined;

  constructor(scope: Construct, id: string, { config, keyRotationDays, observed, metrics }: AlarmsProps) {
    super(scope, id);
    this.#runbook = config.runbookUrl ?? 'docs/runbook.md';
    this.#topic =
      config.topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', config.topicArn);
    this.watchRequests(observed);
    this.watchFunctions(observed);
    this.watchTables(observed);
    this.watchLogs(metrics);
    this.watchKeyAge(metrics, keyRotationDays);
    this.watchDeadLetters(observed);
    if (hasTaskWork(observed)) this.watchTasks(metrics);
  }

  watchCanary({ successPercent }: Canary): void {
    this.add('CanaryFailing', {
      what: 'The canary got no token from outside that verifies, twice in a row',
      metric: successPercent,
      threshold: 100,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      // A canary that does not run tells nothing, which is what it is there to tell.
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** One alarm; its section of the runbook is `alarm-` and its id in words. */
  private add(id: string, { what, ...props }: Rule): void {
    const section = `alarm${id.replace(/\d+$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const alarm = new Alarm(this, id, {
      alarmDescription: `${what}. Runbook: ${this.#runbook}#${section}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing to measure is how an idle deployment looks.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    if (this.#topic) {
      alarm.addAlarmAction(new SnsAction(this.#topic));
      alarm.addOkAction(new SnsAction(this.#topic));
    }
  }

  private watchRequests({ api }: Observed): void {
    this.add('ServerErrors', {
      what: 'The HTTP API answered with 5xx',
      metric: api.metricServerError({ period: fiveMinutes, statistic: Stats.SUM }),
      threshold: 5,
    });
    this.add('SlowAnswers', {
      what: 'One answer in a hundred took three seconds or more',
      metric: api.metricLatency({ period: fiveMinutes, statistic: 'p99' }),
      threshold: 3_000,
      evaluationPeriods: 3,
    });
  }

  private watchFunctions({ functions }: Observed): void {
    for (let first = 0; first < functions.length; first += mostMetrics) {
      const some = functions.slice(first, first + mostMetrics).map((part) => part.function);
      const number = first === 0 ? '' : String(first / mostMetrics + 1);
      this.add(`FunctionErrors${number}`, {
        what: 'A function crashed, ran out of time or could not start',
        metric: sumOf(some.map((target) => target.metricErrors({ period: fiveMinutes }))),
        threshold: 1,
      });
      this.add(`FunctionThrottles${number}`, {
        what: 'Lambda turned requests away: the concurrency of the account is used up',
        metric: sumOf(some.map((target) => target.metricThrottles({ period: fiveMinutes }))),
        threshold: 1,
      });
    }
  }

  private watchTables({ tables }: Observed): void {
    const throttled = ['ReadThrottleEvents', 'WriteThrottleEvents'].flatMap((name) =>
      tables.map((table) => table.metric(name, { period: fiveMinutes, statistic: Stats.SUM })),
    );
    this.add('StoreThrottles', {
      what: 'DynamoDB throttled reads or writes',
      metric: sumOf(throttled),
      threshold: 10,
    });
  }

  private watchLogs(metrics: LogMetrics): void {
    const watch = (id: LogMetricName, threshold: number, what: string): void => {
      this.add(id, { what, threshold, metric: metrics.sum(id, fiveMinutes) });
    };
    watch('SigningFailures', 5, 'KMS throttled or refused signatures, or no key may sign');
    watch('SigningKeyUnavailable', 1, 'The wrapped signing key could not be unwrapped');
    watch('StoreFailures', 5, 'Requests failed because DynamoDB did');
    watch('AssertionReplays', 10, 'Client assertions were presented again');
    watch('LimitsReached', 500, 'Callers are refused for their limits');
    watch('Defects', 1, 'A request met a defect');
  }

  private watchKeyAge(metrics: LogMetrics, rotationDays: number): void {
    this.add('SigningKeyAge', {
      what: 'The signing key is days older than the config allows: rotations fail',
      metric: metrics.highest('SigningKeyAge', Duration.days(1)),
      threshold: rotationDays + 3,
    });
  }

  private watchTasks(metrics: LogMetrics): void {
    this.add('TasksOverdue', {
      what: 'Tasks wait for ten minutes to be renewed, or nobody looks which of them do',
      metric: metrics.highest('OldestOverdueTask', fiveMinutes),
      threshold: 600,
      evaluationPeriods: 2,
      // The sweep tells each minute, be there nothing to do.
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.add('TasksOnGrace', {
      what: 'For a quarter of an hour tasks could not be renewed that end of that before their ceiling',
      metric: metrics.sum('TasksOnGrace', fiveMinutes),
      threshold: 1,
      evaluationPeriods: 3,
    });
    this.add('TaskDeliveryFailures', {
      what: 'For a quarter of an hour tokens of tasks could not be put into their secrets',
      metric: metrics.sum('TaskDeliveryFailures', fiveMinutes),
      threshold: 1,
      evaluationPeriods: 3,
    });
    this.add('TaskHandlesRefused', {
      what: 'The handle of a task was used by somebody whose it is not',
      metric: metrics.sum('TaskHandlesRefused', fiveMinutes),
      threshold: 1,
    });
  }

  private watchDeadLetters({ deadLetters }: Observed): void {
    if (deadLetters.length === 0) return;
    this.add('DeadLetters', {
      what: 'Something that runs on a schedule failed until nobody tried again',
      metric: sumOf(
        deadLetters.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes })),
      ),
      threshold: 1,
    });
  }
}

/** A metric without data counts as nothing. */
function sumOf(metrics: readonly IMetric[]): IMetric {
  const named = metrics.map((metric, index): [string, IMetric] => [`m${index}`, metric]);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(named),
    period: fiveMinutes,
    label: 'sum',
  });
}
