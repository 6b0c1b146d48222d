import { Duration } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { environmentProblems } from './environment-size.ts';
import { bundleDirectory } from '../bundling/bundles.ts';
import type { FunctionEnvironments, FunctionName } from './function-environments.ts';
import type { Retention } from './retention.ts';

/** Fails to compile where a function is given a variable that it does not read. */
type Exact<Expected, Actual extends Expected> = Actual &
  Readonly<Record<Exclude<keyof Actual, keyof Expected>, never>>;

export interface EndpointFunctionProps<
  Name extends FunctionName,
  Variables extends FunctionEnvironments[Name],
> {
  /** The folder under lambdas/functions. */
  readonly name: Name;
  readonly description: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly retention: Retention;
  /** The exact environment of the function. What it needs is granted to `role` on the way. */
  readonly environment: (role: IRole) => Exact<FunctionEnvironments[Name], Variables>;
}

/** One function, one trust boundary, one role: it may write its own log, and do what `environment` grants it. */
export class EndpointFunction<
  Name extends FunctionName,
  Variables extends FunctionEnvironments[Name],
> extends Construct {
  readonly name: Name;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly function: LambdaFunction;
  readonly memoryMegabytes: number;

  constructor(scope: Construct, id: string, props: EndpointFunctionProps<Name, Variables>) {
    super(scope, id);
    this.name = props.name;
    this.memoryMegabytes = props.memoryMegabytes;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.retention.logs,
      removalPolicy: props.retention.removalPolicy,
    });
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    const environment: Readonly<Record<string, string>> = { ...props.environment(this.role) };
    this.node.addValidation({ validate: () => environmentProblems(this, props.name, environment) });
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleDirectory(props.name)),
      handler: 'index.handler',
      role: this.role,
      environment: { ...environment },
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: Tracing.ACTIVE,
    });
    acknowledge(
      this.role,
      'AwsSolutions-IAM5[Resource::*]',
      'X-Ray has no resource to name for sending traces; the two actions write and read nothing else.',
    );
  }
}
