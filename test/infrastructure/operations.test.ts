import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { canaryEnvironment } from '../../lambdas/functions/canary/environment.ts';
import { matrixOf, readsSecrets, row } from './roles.ts';
import { aConfig, readable, stackOf, templateOf, withoutHash } from './synthesized.ts';

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:on-call';
const withTasks: VestibuleConfig = {
  ...aConfig,
  agents: aConfig.agents.map((agent) => ({ ...agent, tasks: { maximumHours: 8 } })),
};
const watched: VestibuleConfig = { ...withTasks, alarms: { topicArn }, canary: true };
const template = templateOf(watched);
const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly TreatMissingData: string;
}

const alarms = new Map(
  Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, alarm]) => [
    withoutHash(id).replace(/^VestibuleOperationsAlarms/, ''),
    (alarm as { Properties: AlarmProperties }).Properties,
  ]),
);

/** Anchor of the heading → what stands below it. */
const sections = new Map(
  runbook
    .split(/^#{2,3} /m)
    .filter((section) => section.startsWith('Alarm: '))
    .map((section): [string, string] => {
      const [heading = '', ...text] = section.split('\n');
      return [
        heading
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
        text.join('\n'),
      ];
    }),
);

describe('the runbook', () => {
  test('has a section for every alarm, and every alarm links to its own', () => {
    const linked = [...alarms.values()].map(({ AlarmDescription: text }) => {
      const [, anchor = ''] = /^[A-Z][^.]+\. Runbook: docs\/runbook\.md#(\S+)$/.exec(text) ?? [];
      return anchor;
    });
    expect(new Set(linked)).toEqual(new Set(sections.keys()));
    // What is of more functions than one alarm can have is of several.
    const kinds = [...alarms.keys()].map((id) => id.replace(/\d+$/, ''));
    expect(new Set(kinds).size).toBe(sections.size);
  });

  test.each([...sections])('says under %s what it means, and three commands to begin with', (_, text) => {
    const commands = text.split('\n').filter((line) => /^ {4}(aws|npx|curl) /.test(line));
    expect(commands.length).toBeGreaterThanOrEqual(3);
    expect(text.trim()).toMatch(/^[A-Z]/);
  });
});

describe('alarms', () => {
  test('tell the topic of the config when they begin and when they end', () => {
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [topicArn],
      OKActions: [topicArn],
    });
  });

  test('tell nobody without a topic, and may link to a runbook elsewhere', () => {
    const runbookUrl = 'https://wiki.example.com/vestibule';
    const elsewhere = templateOf({ ...aConfig, alarms: { runbookUrl } });
    elsewhere.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: Match.absent(),
      AlarmDescription: Match.stringLikeRegexp(`^.*Runbook: ${runbookUrl}#alarm-`),
    });
  });

  test('are part of production, and of dev where the config asks for them', () => {
    const kinds = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::Logs::MetricFilter'];
    const count = (config: VestibuleConfig): readonly number[] => {
      const made = templateOf(config);
      return kinds.map((kind) => Object.keys(made.findResources(kind)).length);
    };
    expect(count({ ...aConfig, profile: 'dev' })).toEqual([0, 0, 0]);
    expect(count({ ...aConfig, profile: 'dev', alarms: {} })).toEqual(count(aConfig));
    expect(count({ ...withTasks, profile: 'dev', canary: true })).toEqual(count(watched));
  });

  test('notice a key that signs longer than the config allows', () => {
    const thresholdOf = (config: VestibuleConfig): unknown =>
      Object.entries(templateOf(config).findResources('AWS::CloudWatch::Alarm')).flatMap(([id, alarm]) =>
        id.includes('SigningKeyAge')
          ? [(alarm as { Properties: { Threshold: number } }).Properties.Threshold]
          : [],
      );
    expect(thresholdOf(aConfig)).toEqual([93]);
    expect(thresholdOf({ ...aConfig, keyRotationDays: 30 })).toEqual([33]);
  });

  test('cover every function', () => {
    const functions = Object.keys(template.findResources('AWS::Lambda::Function'));
    for (const alarm of ['FunctionErrors', 'FunctionThrottles']) {
      const text = JSON.stringify([...alarms].filter(([id]) => id.startsWith(alarm)));
      for (const id of functions) expect(text, alarm).toContain(id);
    }
  });
});

test('nobody is told of tasks where no agent opens any', () => {
  const named = (made: Template): string =>
    /Task\w*(Grace|Refused|Overdue)/.exec(JSON.stringify(made.toJSON()))?.[0] ?? '';
  expect(named(template)).not.toBe('');
  expect(named(templateOf(aConfig))).toBe('');
});

describe('metrics', () => {
  interface FilterProperties {
    readonly FilterPattern: string;
    readonly LogGroupName: unknown;
    readonly MetricTransformations: readonly {
      readonly MetricName: string;
      readonly MetricNamespace: string;
      readonly MetricValue: string;
    }[];
  }
  const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(
    (filter) => (filter as { Properties: FilterProperties }).Properties,
  );

  test('count lines that the functions write, in the namespace of the deployment', () => {
    const source = [
      ...[
        'lambdas/runtime/events.ts',
        'lambdas/runtime/delivery-events.ts',
        'lambdas/runtime/refresher-events.ts',
        'lambdas/runtime/task-events.ts',
      ],
      ...['lambdas/oauth/refusal.ts', 'lambdas/http/failure.ts'],
    ]
      .map((file) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8'))
      .join('\n');
    for (const { FilterPattern: pattern, MetricTransformations: made } of filters) {
      expect(made[0]?.MetricNamespace).toBe('Vestibule/Vestibule');
      const [, text = ''] = /\$\.(?:audit\.event|audit\.reason|message) = "([^"]+)"/.exec(pattern) ?? [];
      expect(source, pattern).toContain(`'${text}'`);
    }
  });

  test('that take their value from the line match where it is a number, which no quoted text does', () => {
    const taken = filters.flatMap(({ FilterPattern: pattern, MetricTransformations: made }) =>
      made.flatMap(({ MetricValue: value }) => (value.startsWith('$') ? [{ pattern, value }] : [])),
    );
    expect(taken).toHaveLength(2);
    for (const { pattern, value } of taken) expect(pattern).toContain(`(${value} >= 0)`);
  });

  test('are made of the logs of the functions that write such lines', () => {
    const where = (metric: string): readonly string[] =>
      filters
        .filter(({ MetricTransformations: made }) => made[0]?.MetricName === metric)
        .map(({ LogGroupName: group }) => readable(group).replace(/^<Vestibule(\w+)Logs>$/, '$1'))
        .toSorted();
    expect(where('TokensIssued')).toEqual(['Token']);
    expect(where('AssertionReplays')).toEqual(['Introspection', 'Tasks', 'Token']);
    expect(where('LimitsReached')).toEqual(['Authorization', 'Introspection', 'Tasks', 'Token']);
    expect(where('TaskHandlesRefused')).toEqual(['Tasks']);
    expect(where('TasksOnGrace')).toEqual(['Refresher']);
    expect(where('TaskDeliveryFailures')).toEqual(['Refresher']);
    expect(where('OldestOverdueTask')).toEqual(['Sweep']);
    expect(where('Defects')).toHaveLength(
      Object.keys(template.findResources('AWS::Lambda::Function')).length,
    );
  });
});

test('the dashboard shows on one screen what the layer does and costs', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const { DashboardBody: body } = (dashboard as { Properties: { DashboardBody: unknown } }).Properties;
  const { widgets } = JSON.parse(readable(body)) as {
    readonly widgets: readonly {
      readonly y: number;
      readonly height: number;
      readonly properties: { title: string };
    }[];
  };
  expect(widgets.map(({ properties }) => properties.title)).toEqual([
    'In the time shown',
    'Tokens',
    'Refused, by reason',
    'Introspections and revocations',
    'Answers',
    'Latency, milliseconds',
    'What went wrong',
    'AWS calls',
    'Estimated cost, dollars in five minutes, at list prices of us-east-1',
    'Tasks',
    'Oldest overdue task, seconds',
    'Tasks not renewed, by identity provider',
  ]);
  expect(Math.max(...widgets.map(({ y, height }) => y + height))).toBeLessThanOrEqual(24);
});

test('every function is traced', () => {
  Template.fromStack(stackOf(aConfig)).allResourcesProperties('AWS::Lambda::Function', {
    TracingConfig: { Mode: 'Active' },
  });
});

describe('the canary', () => {
  test('is made on request alone, with a client of its own', () => {
    templateOf(aConfig).resourceCountIs('AWS::Synthetics::Canary', 0);
    template.hasResourceProperties('AWS::Synthetics::Canary', {
      Schedule: { Expression: 'rate(10 minutes)' },
      RunConfig: {
        EnvironmentVariables: {
          ISSUER: Match.anyValue(),
          RESOURCE: 'https://vestibule-canary.invalid',
          CLIENT_ID: 'vestibule-canary-client',
          CLIENT_SECRET_ARN: Match.anyValue(),
        },
      },
    });
    for (const variable of canaryEnvironment) {
      template.hasResourceProperties('AWS::Synthetics::Canary', {
        RunConfig: { EnvironmentVariables: { [variable]: Match.anyValue() } },
      });
    }
  });

  test('has a role of its own, which reads its secret and reports', () => {
    expect(matrixOf(watched)['OperationsCanary']).toEqual([
      row(['s3:PutObject'], '<VestibuleOperationsCanaryReports.Arn>/*'),
      row(['s3:GetBucketLocation'], '<VestibuleOperationsCanaryReports.Arn>'),
      row(
        ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/cwsyn-*',
      ),
      row(['cloudwatch:PutMetricData'], '*', {
        'StringEquals cloudwatch:namespace': 'CloudWatchSynthetics',
      }),
      row(['secretsmanager:GetSecretValue'], '<VestibuleSecretvestibulecanaryclientSecret>'),
      readsSecrets,
    ]);
  });

  test('refuses a config that uses its names', () => {
    const [resource] = aConfig.resources;
    const resources = [
      ...aConfig.resources,
      { ...resource!, id: 'vestibule-canary', uri: 'https://a.example.com', audience: 'a' },
    ];
    expect(() => templateOf({ ...watched, resources })).toThrow("'vestibule-canary' is the id of");
  });
});
