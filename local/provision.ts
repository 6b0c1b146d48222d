import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { join } from 'node:path';
import type { Assembly } from './assembly/assembly.ts';
import type { Cloud } from './aws/cloud.ts';
import type { Background } from './background.ts';
import type { VirtualClock } from './clock.ts';
import { startCustomResourceAnswers } from './cloudformation/custom-resource-answers.ts';
import { createProviders } from './cloudformation/providers.ts';
import type { HttpApis } from './cloudformation/providers/http-api.ts';
import type { FunctionRegistrar } from './cloudformation/providers/lambda.ts';
import type { Roles } from './cloudformation/roles.ts';
import { deployStack, type Stack } from './cloudformation/stack.ts';
import { openStackState } from './cloudformation/state.ts';
import { createFunctionLogs } from './function-logs.ts';
import type { FunctionDirectory } from './lambda/directory.ts';
import { type ClocksAhead, createFunction } from './lambda/function.ts';
import type { HostNames } from './lambda/worker-names.ts';

export interface ProvisionOptions {
  readonly assembly: Assembly;
  readonly region: string;
  readonly account: string;
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly roles: Roles;
  readonly functions: FunctionDirectory;
  readonly background: Background;
  readonly httpApis: HttpApis;
  readonly stateDirectory: string | undefined;
  readonly logDirectory: string | undefined;
  readonly maxInstances: number;
  readonly hostNames: HostNames;
  readonly clocksAhead: ClocksAhead | undefined;
  readonly log: (line: string) => void;
}

/** Deploys the stack with unmodified SDK clients, as the account's root. Rejects naming every resource that failed. */
export async function provision(options: ProvisionOptions): Promise<Stack> {
  const { assembly, cloud, region, account, roles, functions, httpApis, log, stateDirectory } = options;
  const environment = { region, account, stackName: assembly.stackName };
  const client = { endpoint: cloud.endpoint, region, credentials: cloud.root };
  const clients = {
    dynamodb: new DynamoDBClient(client),
    kms: new KMSClient(client),
    secretsManager: new SecretsManagerClient(client),
    sqs: new SQSClient(client),
    eventBridge: new EventBridgeClient(client),
  };
  const answers = await startCustomResourceAnswers();
  const providerOf = createProviders({
    ...clients,
    ...{ environment, answers, roles, httpApis, log },
    functions: functionRegistrar(options),
    permit: functions.permit,
    addSchedule: options.background.schedules.add,
    addEventSource: options.background.eventSources.add,
    invoke: (functionArn, event) => functions.find(functionArn)?.invoke(event),
  });
  const state = openStackState(stateDirectory && join(stateDirectory, 'stack.json'));
  try {
    return await deployStack({ template: assembly.template, environment, state, log, providerOf });
  } finally {
    await answers.stop();
    for (const each of Object.values(clients)) each.destroy();
  }
}

function functionRegistrar(options: ProvisionOptions): FunctionRegistrar {
  const { assembly, cloud, clock, functions, region, roles, maxInstances, hostNames, logDirectory } = options;
  const aheadOf = (label: string) =>
    Object.entries(options.clocksAhead ?? {}).find(([part]) => label.includes(part))?.[1] ?? [];
  const logOf = createFunctionLogs(logDirectory, options.log);
  return {
    assetDirectory: assembly.assetDirectory,
    maxInstances,
    register: (definition) => {
      const principal = roles.principalOf(definition.roleArn);
      functions.add(
        createFunction({
          ...{ definition, region, clock, hostNames, clocksAhead: aheadOf(definition.label) },
          credentialsOf: (instance) => cloud.environmentOf(principal, instance),
          log: logOf(definition.label),
        }),
      );
    },
  };
}
