import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** At no full hour, when everybody's run. */
const expressions = {
  day: 'cron(17 3 * * ? *)',
  hour: 'cron(43 * * * ? *)',
  minute: 'rate(1 minute)',
} as const;

const patient = { maximumRetryAttempts: 20, maximumEventAgeInSeconds: 3_600 };

/** How long Lambda may not take an invocation: what comes again in a minute does better with the next. */
const retryPolicies = {
  ...{ day: patient, hour: patient },
  minute: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 60 },
} as const;

export interface RecurringProps {
  readonly function: IFunction;
  readonly description: string;
  readonly every: keyof typeof expressions;
  /** The event that the function receives. */
  readonly input: object;
}

/**
 * Invokes a function again and again, by a role that may do nothing else. An invocation that Lambda did not take for an
 * hour, or for the minute until the next, is kept in a queue for an alarm to find.
 */
export class Recurring extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: RecurringProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(
      this.deadLetters,
      'AwsSolutions-SQS3',
      'It is a dead-letter queue itself: of a schedule, which cdk-nag does not look at.',
    );
    const target = props.function.functionArn;
    const role = new Role(this, 'Role', { assumedBy: this.scheduler() });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
    const schedule = new CfnSchedule(this, 'Schedule', {
      description: props.description,
      scheduleExpression: expressions[props.every],
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target,
        roleArn: role.roleArn,
        input: JSON.stringify(props.input),
        deadLetterConfig: { arn: this.deadLetters.queueArn },
        retryPolicy: retryPolicies[props.every],
      },
    });
    // The first run may come before the policy of the role.
    schedule.node.addDependency(role);
  }

  /** Schedules of this account, and no one else's by confusion. */
  private scheduler(): ServicePrincipal {
    const stack = Stack.of(this);
    const group = stack.formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: 'default',
    });
    return new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
    });
  }
}
