import type { PolicyDocument } from '../../iam/policy.ts';
import { listProperty, objectProperty, objectsProperty, optionalText, textProperty } from '../properties.ts';
import { transientProvider, type PropertyEffect, type Provider } from '../provider.ts';
import type { Roles } from '../roles.ts';
import { asText, type Json, type JsonObject } from '../template.ts';
import type { Environment } from '../values.ts';

const roleProperties: Readonly<Record<string, PropertyEffect>> = {
  AssumeRolePolicyDocument: 'nothing',
  Description: 'nothing',
  ManagedPolicyArns: 'update',
  MaxSessionDuration: 'nothing',
  Path: 'nothing',
  Policies: 'update',
  RoleName: 'update',
  Tags: 'nothing',
};

/** Only logs: they are written here without a permission. */
const managedPoliciesWithoutLocalMeaning = ['service-role/AWSLambdaBasicExecutionRole'];

/** Services of which no part is here, so that nobody assumes the roles that trust them alone. */
const absentServices = ['bedrock-agentcore.amazonaws.com'];

/** `AWS::IAM::Role`. */
export function iamRole(
  environment: Environment,
  { define, defineIdle }: Pick<Roles, 'define' | 'defineIdle'>,
): Provider {
  return transientProvider(roleProperties, ({ logicalId, properties, generatedName }) => {
    const name = optionalText(properties, 'RoleName') ?? generatedName;
    const arn = roleArn(environment, name);
    const made = { physicalId: name, attributes: { Arn: arn, RoleId: logicalId } };
    if (isForAbsentServices(properties)) {
      defineIdle(logicalId, arn);
      return made;
    }
    for (const managed of listProperty(properties, 'ManagedPolicyArns').map(asText)) {
      if (!managedPoliciesWithoutLocalMeaning.some((known) => managed.endsWith(`:policy/${known}`))) {
        throw new Error(`the local run does not know the managed policy ${managed}`);
      }
    }
    define(logicalId, arn, inlinePolicies(properties));
    return made;
  });
}

/** `AWS::IAM::Policy`. */
export function iamPolicy(
  environment: Environment,
  attach: (roleArn: string, policy: PolicyDocument) => void,
): Provider {
  return transientProvider(
    { PolicyDocument: 'update', PolicyName: 'update', Roles: 'update' },
    ({ properties, generatedName }) => {
      const policy = policyDocument(properties);
      for (const role of listProperty(properties, 'Roles').map(asText))
        attach(roleArn(environment, role), policy);
      return { physicalId: optionalText(properties, 'PolicyName') ?? generatedName, attributes: {} };
    },
  );
}

/** `AWS::IAM::ManagedPolicy`: where a role allows more than fits into its inline policies. */
export function iamManagedPolicy(
  environment: Environment,
  attach: (roleArn: string, policy: PolicyDocument) => void,
): Provider {
  return transientProvider(
    {
      Description: 'nothing',
      ManagedPolicyName: 'update',
      Path: 'nothing',
      PolicyDocument: 'update',
      Roles: 'update',
    },
    ({ properties, generatedName }) => {
      const policy = policyDocument(properties);
      for (const role of listProperty(properties, 'Roles').map(asText))
        attach(roleArn(environment, role), policy);
      const name = optionalText(properties, 'ManagedPolicyName') ?? generatedName;
      const arn = `arn:aws:iam::${environment.account}:policy/${name}`;
      return { physicalId: arn, attributes: { PolicyArn: arn } };
    },
  );
}

function isForAbsentServices(role: JsonObject): boolean {
  const statements = objectsProperty(objectProperty(role, 'AssumeRolePolicyDocument'), 'Statement');
  const trusted = statements.flatMap((statement) => {
    const service = objectProperty(statement, 'Principal')['Service'] ?? '';
    return Array.isArray(service) ? (service as readonly Json[]).map(asText) : [asText(service)];
  });
  return trusted.length > 0 && trusted.every((service) => absentServices.includes(service));
}

function inlinePolicies(properties: JsonObject): readonly PolicyDocument[] {
  return objectsProperty(properties, 'Policies').map((policy) => {
    textProperty(policy, 'PolicyName');
    return policyDocument(policy);
  });
}

function policyDocument(properties: JsonObject): PolicyDocument {
  // Its form is judged, statement by statement, where the policy is compiled.
  return objectProperty(properties, 'PolicyDocument') as object as PolicyDocument;
}

function roleArn({ account }: Environment, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}
