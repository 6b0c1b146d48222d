import { holds, type Scope } from './intrinsics.ts';
import type { Provisioned } from './provider.ts';
import type { Json, Template } from './template.ts';

/** Where a stack is deployed to. */
export interface Environment {
  readonly region: string;
  readonly account: string;
  readonly stackName: string;
}

/** The ARN of the stack, stable for one name. */
export function stackArn({ region, account, stackName }: Environment): string {
  return `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`;
}

/** Values of the pseudo parameters. */
export function pseudoParameters(environment: Environment): ReadonlyMap<string, Json | undefined> {
  return new Map<string, Json | undefined>([
    ['AWS::AccountId', environment.account],
    ['AWS::NoValue', undefined],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', environment.region],
    ['AWS::StackId', stackArn(environment)],
    ['AWS::StackName', environment.stackName],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
}

/** Names of a template besides its resources. */
export function isKnownName(template: Template): (name: string) => boolean {
  const pseudo = pseudoParameters({ region: '', account: '', stackName: '' });
  return (name) => pseudo.has(name) || Object.hasOwn(template.Parameters ?? {}, name);
}

/** Resolves names against the parameters' defaults and the resources provisioned so far. */
export function templateScope(
  template: Template,
  environment: Environment,
  provisioned: (logicalId: string) => Provisioned | undefined,
): Scope {
  const pseudo = pseudoParameters(environment);
  const existing = (logicalId: string): Provisioned => {
    const resource = provisioned(logicalId);
    if (resource === undefined) throw new Error(`${logicalId} is named before it exists`);
    return resource;
  };
  const scope: Scope = {
    reference: (name) => {
      if (pseudo.has(name)) return pseudo.get(name);
      const parameter = template.Parameters?.[name];
      if (parameter === undefined) return existing(name).physicalId;
      if (parameter.Default === undefined) throw new Error(`the parameter ${name} has no default`);
      return parameter.Default;
    },
    attribute: (logicalId, name) => {
      const value = existing(logicalId).attributes[name];
      if (value === undefined)
        throw new Error(`the local run does not know the attribute ${name} of ${logicalId}`);
      return value;
    },
    condition: (name) => {
      const expression = template.Conditions?.[name];
      if (expression === undefined) throw new Error(`the template has no condition ${name}`);
      return holds(expression, scope);
    },
  };
  return scope;
}
