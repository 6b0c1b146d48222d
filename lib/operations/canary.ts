import { ArnFormat, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Canary as SyntheticsCanary, Code, Runtime, Schedule, Test } from 'aws-cdk-lib/aws-synthetics';
import { Construct } from 'constructs';
import type { CanaryEnvironment } from '../../lambdas/functions/canary/environment.ts';
import { bundleDirectory } from '../bundling/bundles.ts';
import { canary } from '../config/canary.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import type { ClientSecret } from '../constructs/client-secret.ts';

export interface CanaryProps {
  readonly issuer: string;
  readonly secret: ClientSecret;
}

/** How often it runs, which is what it costs. */
export const canaryPeriod = Duration.minutes(10);

/** Gets a token every ten minutes from outside, as agents do, and verifies it as servers do. */
export class Canary extends Construct {
  readonly successPercent: IMetric;

  constructor(scope: Construct, id: string, { issuer, secret }: CanaryProps) {
    super(scope, id);
    const reports = this.reports();
    const role = this.roleWith(reports);
    secret.grantRead(role);
    const environment: CanaryEnvironment = {
      ISSUER: issuer,
      RESOURCE: canary.resource,
      CLIENT_ID: `${canary.id}-client`,
      CLIENT_SECRET_ARN: secret.secretArn,
    };
    const runner = new SyntheticsCanary(this, 'Canary', {
      runtime: Runtime.SYNTHETICS_NODEJS_PUPPETEER_13_0,
      test: Test.custom({ code: Code.fromAsset(bundleDirectory('canary')), handler: 'index.handler' }),
      schedule: Schedule.rate(canaryPeriod),
      timeout: Duration.minutes(1),
      memory: Size.mebibytes(960),
      environmentVariables: { ...environment },
      artifactsBucketLocation: { bucket: reports as IBucket },
      role,
      provisionedResourceCleanup: true,
    });
    runner.node.addDependency(role);
    this.successPercent = runner.metricSuccessPercent({ period: canaryPeriod });
  }

  private reports(): Bucket {
    const bucket = new Bucket(this, 'Reports', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(31) }],
      // A bucket with reports in it cannot be deleted with its stack.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Reports of runs hold nothing to protect and are gone in a month.',
    );
    return bucket;
  }

  /** What Synthetics needs to report, and no more. */
  private roleWith(reports: Bucket): Role {
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logs = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: '/aws/lambda/cwsyn-*',
    });
    for (const statement of [
      new PolicyStatement({ actions: ['s3:PutObject'], resources: [reports.arnForObjects('*')] }),
      new PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [reports.bucketArn] }),
      new PolicyStatement({
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logs],
      }),
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': 'CloudWatchSynthetics' } },
      }),
    ]) {
      role.addToPrincipalPolicy(statement);
    }
    const reason =
      'Synthetics names its function, its log group and its reports itself; metrics have no resource.';
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', reason);
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(reports.node.defaultChild as never)}.Arn>/*]`,
      reason,
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/cwsyn-*]',
      reason,
    );
    return role;
  }
}
