import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { LogMetrics } from './log-metrics.ts';
import { hasTaskWork, type Observed } from './observed.ts';
import { prices } from './prices.ts';

export interface DashboardProps {
  readonly observed: Observed;
  readonly metrics: LogMetrics;
  /** Where signatures are made: those of KMS cost. */
  readonly signing: 'kms' | 'envelope';
}

const period = Duration.minutes(5);
const sum = { period, statistic: Stats.SUM } as const;
const [third, height] = [8, 6];

/** One screen: what the layer does, how well, and what it costs. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { observed, metrics, signing }: DashboardProps) {
    super(scope, id);
    const costs = costsOf(observed, metrics, signing);
    new CloudWatchDashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(1),
      widgets: [
        [totals(metrics, costs)],
        [tokens(metrics), refusals(observed), questions(metrics)],
        [answers(observed), latency(observed), failures(observed, metrics)],
        [awsCalls(observed), cost(costs)],
        ...(hasTaskWork(observed) ? [[taskWork(metrics), overdue(metrics), renewals(observed)]] : []),
      ],
    });
  }
}

function totals(metrics: LogMetrics, costs: readonly IMetric[]): SingleValueWidget {
  return new SingleValueWidget({
    title: 'In the time shown',
    width: 3 * third,
    height: 3,
    setPeriodToTimeRange: true,
    metrics: [
      metrics.sum('TokensIssued', period, 'tokens issued'),
      metrics.sum('TokensRefused', period, 'tokens refused'),
      metrics.sum('TokensIntrospected', period, 'tokens introspected'),
      metrics.sum('TokensRevoked', period, 'tokens revoked'),
      metrics.highest('SigningKeyAge', period, 'days the key has signed'),
      totalOf(costs),
    ],
  });
}

function tokens(metrics: LogMetrics): GraphWidget {
  return graph('Tokens', [
    metrics.sum('TokensIssued', period, 'issued'),
    metrics.sum('TokensRefused', period, 'refused'),
  ]);
}

/** A question to the logs: a metric for every reason would cost each month what the question costs in years. */
function refusals({ functions }: Observed): LogQueryWidget {
  return new LogQueryWidget({
    title: 'Refused, by reason',
    width: third,
    height,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: functions.map(({ logGroup }) => logGroup.logGroupName),
    queryLines: [
      'filter audit.event like /refused/',
      'stats count(*) as requests by audit.event, audit.reason',
      'sort requests desc',
      'limit 20',
    ],
  });
}

function questions(metrics: LogMetrics): GraphWidget {
  return graph('Introspections and revocations', [
    metrics.sum('TokensIntrospected', period, 'introspected'),
    metrics.sum('TokensRevoked', period, 'revoked'),
    metrics.sum('AssertionReplays', period, 'assertions replayed'),
    metrics.sum('LimitsReached', period, 'refused for a limit'),
  ]);
}

function answers({ api }: Observed): GraphWidget {
  return graph('Answers', [
    api.metricCount({ ...sum, label: 'all' }),
    api.metricClientError({ ...sum, label: '4xx' }),
    api.metricServerError({ ...sum, label: '5xx' }),
  ]);
}

function latency({ api }: Observed): GraphWidget {
  return graph(
    'Latency, milliseconds',
    ['p50', 'p90', 'p99'].map((statistic) => api.metricLatency({ period, statistic, label: statistic })),
  );
}

function failures({ functions }: Observed, metrics: LogMetrics): GraphWidget {
  return graph('What went wrong', [
    metrics.sum('SigningFailures', period, 'signatures'),
    metrics.sum('StoreFailures', period, 'DynamoDB'),
    metrics.sum('Defects', period, 'defects'),
    ...functions.map((part) => part.function.metricErrors({ ...sum, label: `${part.name} crashed` })),
    ...functions.map((part) => part.function.metricThrottles({ ...sum, label: `${part.name} throttled` })),
  ]);
}

function taskWork(metrics: LogMetrics): GraphWidget {
  return new GraphWidget({
    ...{ title: 'Tasks', width: third, height: height / 2 },
    left: [
      metrics.sum('TaskRenewalFailures', period, 'not renewed'),
      metrics.sum('TasksOnGrace', period, 'not renewed, and end of that'),
      metrics.sum('TaskDeliveryFailures', period, 'not delivered'),
      metrics.sum('TaskHandlesRefused', period, 'handles refused'),
    ],
  });
}

function overdue(metrics: LogMetrics): GraphWidget {
  return new GraphWidget({
    ...{ title: 'Oldest overdue task, seconds', width: third, height: height / 2 },
    left: [metrics.highest('OldestOverdueTask', period, 'seconds')],
  });
}

function renewals({ functions }: Observed): LogQueryWidget {
  return new LogQueryWidget({
    ...{ title: 'Tasks not renewed, by identity provider', width: third, height: height / 2 },
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: functions.flatMap(({ name, logGroup }) =>
      name === 'refresher' ? [logGroup.logGroupName] : [],
    ),
    queryLines: [
      "filter audit.event = 'task_renewal_failed'",
      'stats count(*) as failures, count_distinct(audit.taskId) as tasks by audit.idp, audit.reason',
      'sort failures desc',
      'limit 20',
    ],
  });
}

function awsCalls({ functions, tables }: Observed): GraphWidget {
  return graph('AWS calls', [
    ...functions.map((part) => part.function.metricInvocations({ ...sum, label: part.name })),
    ...tables.flatMap((table) => [
      table.metricConsumedReadCapacityUnits({
        ...sum,
        label: `${table.node.scope?.node.id ?? ''} read units`,
      }),
      table.metricConsumedWriteCapacityUnits({
        ...sum,
        label: `${table.node.scope?.node.id ?? ''} write units`,
      }),
    ]),
  ]);
}

function cost(costs: readonly IMetric[]): GraphWidget {
  return new GraphWidget({
    title: 'Estimated cost, dollars in five minutes, at list prices of us-east-1',
    width: 2 * third,
    height,
    stacked: true,
    left: [...costs],
  });
}

/** What is used times what it costs; keys and secrets, which cost the same every month, are not in it. */
function costsOf(
  { api, functions, tables }: Observed,
  metrics: LogMetrics,
  signing: DashboardProps['signing'],
): readonly IMetric[] {
  return [
    priced('HTTP API', [[api.metricCount(sum), prices.httpApiRequest]]),
    priced(
      'Lambda',
      functions.flatMap((part): Priced[] => [
        [part.function.metricInvocations(sum), prices.lambdaRequest],
        [part.function.metricDuration(sum), millisecondPrice(part.memoryMegabytes)],
      ]),
    ),
    // A token is one signature; an unwrapped key signs for nothing.
    ...(signing === 'kms'
      ? [priced('KMS', [[metrics.sum('TokensIssued', period), prices.kmsRsa2048Request]])]
      : []),
    priced(
      'DynamoDB',
      tables.flatMap((table): Priced[] => [
        [table.metricConsumedReadCapacityUnits(sum), prices.readUnit],
        [table.metricConsumedWriteCapacityUnits(sum), prices.writeUnit],
      ]),
    ),
    priced(
      'Logs',
      functions.map(({ logGroup }): Priced => [incomingBytes(logGroup.logGroupName), prices.logByte]),
    ),
  ];
}

type Priced = readonly [metric: IMetric, dollars: number];

function priced(label: string, uses: readonly Priced[]): IMetric {
  const prefix = label.replaceAll(' ', '').toLowerCase();
  return new MathExpression({
    label,
    period,
    expression: uses
      .map(([, dollars], index) => `FILL(${prefix}${index}, 0) * ${dollars.toFixed(15)}`)
      .join(' + '),
    usingMetrics: Object.fromEntries(uses.map(([metric], index) => [`${prefix}${index}`, metric])),
  });
}

function totalOf(costs: readonly IMetric[]): IMetric {
  const named = costs.map((metric, index): [string, IMetric] => [`cost${index}`, metric]);
  return new MathExpression({
    label: 'dollars, estimated',
    period,
    expression: named.map(([name]) => name).join(' + '),
    usingMetrics: Object.fromEntries(named),
  });
}

function incomingBytes(logGroupName: string): Metric {
  return new Metric({
    namespace: 'AWS/Logs',
    metricName: 'IncomingBytes',
    dimensionsMap: { LogGroupName: logGroupName },
    ...sum,
  });
}

function millisecondPrice(megabytes: number): number {
  return (prices.lambdaArmGigabyteSecond * megabytes) / 1024 / 1000;
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, width: third, height, left });
}
