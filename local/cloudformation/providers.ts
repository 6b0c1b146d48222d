import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { InvokePermission } from '../lambda/directory.ts';
import type { EventSources } from '../lambda/event-sources.ts';
import type { ScheduleDefinition } from '../scheduler/schedules.ts';
import type { Provider } from './provider.ts';
import { customResource, type CustomResourceOptions } from './providers/custom-resource.ts';
import { dynamodbTable } from './providers/dynamodb-table.ts';
import { httpApiProviders, type HttpApis } from './providers/http-api.ts';
import { iamManagedPolicy, iamPolicy, iamRole } from './providers/iam.ts';
import { kmsAlias } from './providers/kms-alias.ts';
import { kmsKey } from './providers/kms-key.ts';
import { lambdaFunction, lambdaPermission, type FunctionRegistrar } from './providers/lambda.ts';
import { eventBus, eventRule } from './providers/event-bus.ts';
import { eventSourceMapping } from './providers/event-source-mapping.ts';
import { queue, queuePolicy } from './providers/queue.ts';
import { schedule } from './providers/schedule.ts';
import { secret } from './providers/secret.ts';
import { unmodelledProviders } from './providers/unmodelled.ts';
import type { Roles } from './roles.ts';

/** What the resources of a template are made with. */
export interface ProviderOptions extends CustomResourceOptions {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly secretsManager: SecretsManagerClient;
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
  readonly roles: Roles;
  readonly functions: FunctionRegistrar;
  readonly permit: (permission: InvokePermission) => void;
  readonly addSchedule: (schedule: ScheduleDefinition) => void;
  readonly addEventSource: EventSources['add'];
  readonly httpApis: HttpApis;
}

/** The provider of each resource type the local run knows; throws for another, naming it. */
export function createProviders(options: ProviderOptions): (type: string) => Provider {
  const { environment, dynamodb, kms, roles } = options;
  const custom = customResource(options);
  const providers = new Map<string, Provider>(
    Object.entries({
      'AWS::DynamoDB::Table': dynamodbTable(dynamodb, environment),
      'AWS::DynamoDB::GlobalTable': dynamodbTable(dynamodb, environment),
      'AWS::KMS::Key': kmsKey(kms, environment),
      'AWS::KMS::Alias': kmsAlias(kms),
      'AWS::SecretsManager::Secret': secret(options.secretsManager),
      'AWS::IAM::Role': iamRole(environment, roles),
      'AWS::IAM::Policy': iamPolicy(environment, roles.attach),
      'AWS::IAM::ManagedPolicy': iamManagedPolicy(environment, roles.attach),
      'AWS::Lambda::Function': lambdaFunction(environment, options.functions),
      'AWS::Lambda::Permission': lambdaPermission(options.permit),
      'AWS::Scheduler::Schedule': schedule(environment, options.addSchedule),
      'AWS::Lambda::EventSourceMapping': eventSourceMapping(environment, options.addEventSource),
      'AWS::Events::EventBus': eventBus(options.eventBridge),
      'AWS::Events::Rule': eventRule(options.eventBridge),
      'AWS::SQS::Queue': queue(options.sqs),
      'AWS::SQS::QueuePolicy': queuePolicy(options.sqs),
      'AWS::CloudFormation::CustomResource': custom,
      ...httpApiProviders(options.httpApis),
      ...unmodelledProviders(options),
    }),
  );
  return (type) => {
    const provider = providers.get(type) ?? (type.startsWith('Custom::') ? custom : undefined);
    if (provider === undefined) throw new Error(`the local run does not know the resource type ${type}`);
    return provider;
  };
}
