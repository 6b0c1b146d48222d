import type { FunctionDefinition } from '../../lambda/function.ts';
import type { InvokePermission } from '../../lambda/directory.ts';
import { numberProperty, objectProperty, optionalText, textProperty } from '../properties.ts';
import { transientProvider, type PropertyEffect, type Provider, type ResourceRequest } from '../provider.ts';
import { asText } from '../template.ts';
import type { Environment } from '../values.ts';

const functionProperties: Readonly<Record<string, PropertyEffect>> = {
  Architectures: 'nothing',
  Code: 'update',
  Description: 'nothing',
  Environment: 'update',
  EphemeralStorage: 'nothing',
  FunctionName: 'replacement',
  Handler: 'update',
  LoggingConfig: 'update',
  MemorySize: 'update',
  ReservedConcurrentExecutions: 'update',
  Role: 'update',
  Runtime: 'update',
  Tags: 'nothing',
  Timeout: 'update',
  TracingConfig: 'nothing',
};

export interface FunctionRegistrar {
  readonly assetDirectory: (objectKey: string) => string;
  readonly register: (definition: FunctionDefinition) => void;
  /** How many copies of one function may run at once. */
  readonly maxInstances: number;
}

/** `AWS::Lambda::Function`. */
export function lambdaFunction(environment: Environment, registrar: FunctionRegistrar): Provider {
  return transientProvider(functionProperties, (request) => {
    const definition = definitionOf(request, environment, registrar);
    registrar.register(definition);
    return { physicalId: definition.name, attributes: { Arn: definition.arn } };
  });
}

/** `AWS::Lambda::Permission`. */
export function lambdaPermission(permit: (permission: InvokePermission) => void): Provider {
  const properties: Provider['properties'] = {
    Action: 'update',
    FunctionName: 'update',
    Principal: 'update',
    SourceArn: 'update',
  };
  return transientProvider(properties, ({ properties: wanted, generatedName }) => {
    const action = textProperty(wanted, 'Action');
    if (action !== 'lambda:InvokeFunction')
      throw new Error(`the local run does not know the permission ${action}`);
    const sourceArn = optionalText(wanted, 'SourceArn');
    permit({
      functionArn: textProperty(wanted, 'FunctionName'),
      principal: textProperty(wanted, 'Principal'),
      ...(sourceArn === undefined ? {} : { sourceArn }),
    });
    return { physicalId: generatedName, attributes: { Id: generatedName } };
  });
}

function definitionOf(
  { logicalId, properties, generatedName }: ResourceRequest,
  { region, account, stackName }: Environment,
  { assetDirectory, maxInstances }: FunctionRegistrar,
): FunctionDefinition {
  const runtime = textProperty(properties, 'Runtime');
  if (!runtime.startsWith('nodejs')) throw new Error(`the local run does not know the runtime ${runtime}`);
  const name = optionalText(properties, 'FunctionName') ?? generatedName;
  const logging = objectProperty(properties, 'LoggingConfig');
  const reserved = numberProperty(properties, 'ReservedConcurrentExecutions', maxInstances);
  return {
    label: label(logicalId, stackName),
    name,
    arn: `arn:aws:lambda:${region}:${account}:function:${name}`,
    taskRoot: assetDirectory(textProperty(objectProperty(properties, 'Code'), 'S3Key')),
    handler: textProperty(properties, 'Handler'),
    roleArn: textProperty(properties, 'Role'),
    timeoutSeconds: numberProperty(properties, 'Timeout', 3),
    memoryMegabytes: numberProperty(properties, 'MemorySize', 128),
    environment: variables(properties),
    logGroup: optionalText(logging, 'LogGroup') ?? `/aws/lambda/${name}`,
    logFormat: optionalText(logging, 'LogFormat') ?? 'Text',
    logLevel: optionalText(logging, 'ApplicationLogLevel'),
    maxInstances: Math.min(maxInstances, reserved),
  };
}

function variables(properties: ResourceRequest['properties']): Readonly<Record<string, string>> {
  const given = objectProperty(objectProperty(properties, 'Environment'), 'Variables');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, asText(value)]));
}

/** `VestibuleTokenFunction1A2B3C4D` of the stack `Vestibule` is `Token`. */
function label(logicalId: string, stackName: string): string {
  const words = logicalId.replace(/[0-9A-F]{8}$/, '').replace(/Function$/, '');
  const short = words.startsWith(stackName) ? words.slice(stackName.length) : words;
  return short === '' ? logicalId : short;
}
