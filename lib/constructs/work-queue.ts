import { Duration } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface WorkQueueProps {
  /** How long one invocation of the worker may take. */
  readonly workSeconds: number;
  /** How long a message is worth anything. */
  readonly keptFor: Duration;
}

/** What others are to work off. A message that nobody could is kept in a second queue for an alarm to find. */
export class WorkQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { workSeconds, keptFor }: WorkQueueProps) {
    super(scope, id);
    const deadLetters = new Queue(this, 'DeadLetters', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      enforceSSL: true,
      retentionPeriod: keptFor,
      // Lambda asks for six times of what one invocation may take.
      visibilityTimeout: Duration.seconds(6 * workSeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });
  }

  /** Sending, and knowing how much waits; answers the URL. */
  grantSending(role: IRole): string {
    this.allow(role, 'sqs:SendMessage', 'sqs:GetQueueAttributes');
    return this.queue.queueUrl;
  }

  /** Has a function work it off, `together` messages in one invocation, in so many at once; one that fails comes again alone. */
  workedOffBy(
    worker: { readonly function: IFunction; readonly role: IRole },
    { together, atOnce }: { readonly together: number; readonly atOnce: number },
  ): void {
    this.allow(worker.role, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    const mapping = new EventSourceMapping(this, 'Worker', {
      target: worker.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: together,
      maxConcurrency: atOnce,
      reportBatchItemFailures: true,
    });
    // Lambda refuses a mapping of a function whose role may not receive.
    mapping.node.addDependency(worker.role);
  }

  private allow(role: IRole, ...actions: readonly string[]): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [this.queue.queueArn] }),
    );
  }
}
