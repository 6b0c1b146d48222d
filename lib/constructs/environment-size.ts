import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Bytes: Lambda refuses to configure a function whose environment, written as JSON, has more. */
const most = 4_096;

/** What of a config makes a variable long. */
const madeBy: Readonly<Record<string, string>> = {
  TRUST_ANCHORS: 'trustAnchors',
  WORKLOADS: 'workloads',
  IDENTITY_ASSERTIONS: 'identityAssertions',
  CLIENT_DOCUMENTS: 'clientDocuments',
  IDP_SECRETS: 'identityProviders, and downstreamApis that name a client',
  IDPS: 'identityProviders',
  PROXIED: 'identityProviders with a registration',
  PROXIED_IDPS: 'identityProviders with a registration',
  CUSTOM_REDIRECT_URIS: 'registration.customRedirectUris',
  SOFTWARE_STATEMENT_ISSUERS: 'registration.softwareStatements',
};

/**
 * What is wrong with the size of a function's environment: a deployment would fail with it halfway. What only a deployment
 * knows, such as the name of a table, counts with the length that it will plausibly have.
 */
export function environmentProblems(
  scope: Construct,
  name: string,
  environment: Readonly<Record<string, string>>,
): string[] {
  const stack = Stack.of(scope);
  const plausible = Object.fromEntries(
    Object.entries(environment).map(([variable, value]) => [variable, textOf(stack.resolve(value), stack)]),
  );
  const size = bytes(plausible);
  if (size <= most) return [];
  const longest = Object.entries(plausible)
    .map(([variable, text]) => ({ variable, size: bytes(text) }))
    .sort((one, other) => other.size - one.size)
    .slice(0, 3)
    .map((each) => `${each.variable} ${each.size}${from(each.variable)}`);
  return [
    `the environment of the function '${name}' has some ${size} bytes, and Lambda takes ${most}: ${longest.join('; ')}; write fewer or shorter ones`,
  ];
}

function from(variable: string): string {
  const part = Object.hasOwn(madeBy, variable) ? madeBy[variable] : undefined;
  return part === undefined ? '' : ` (from ${part})`;
}

/** As Lambda measures it: quotes within a value are written as two characters. */
function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

const longestRegion = 'ap-southeast-1';
const account = '123456789012';
const pseudo: Readonly<Record<string, string>> = {
  'AWS::Region': longestRegion,
  'AWS::AccountId': account,
  'AWS::Partition': 'aws-us-gov',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A text as long as a resolved value will be. */
function textOf(value: unknown, stack: Stack): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, operand] = ['', undefined]] = Object.entries(value);
  switch (intrinsic) {
    case 'Ref':
      return pseudo[String(operand)] ?? referred(String(operand), stack);
    case 'Fn::Join': {
      const [delimiter, parts] = operand as readonly [string, readonly unknown[]];
      return parts.map((part) => textOf(part, stack)).join(delimiter);
    }
    case 'Fn::GetAtt': {
      const [id, attribute] = operand as readonly [string, string];
      return attribute.endsWith('Arn') ? `${arnOf('service', 'kind')}${referred(id, stack)}` : 'x'.repeat(64);
    }
    default:
      return 'x'.repeat(128);
  }
}

/** What CloudFormation names a resource by, which the template does not name. */
function referred(id: string, stack: Stack): string {
  const generated = `${stack.stackName}-${id}-ABCDEFGHIJKL`;
  switch (typesIn(stack).get(id) ?? 'of another stack') {
    case 'AWS::Lambda::Function':
      return generated.slice(0, 64);
    case 'AWS::KMS::Key':
      return 'x'.repeat(36);
    case 'AWS::ApiGatewayV2::Api':
      return 'x'.repeat(10);
    case 'AWS::SecretsManager::Secret':
      return `${arnOf('secretsmanager', 'secret')}${id}-ABCDEFGHIJKL-abcdef`;
    default:
      return generated;
  }
}

const known = new WeakMap<Stack, ReadonlyMap<string, string>>();

/** The type of each resource, by its logical id. */
function typesIn(stack: Stack): ReadonlyMap<string, string> {
  const before = known.get(stack);
  if (before !== undefined) return before;
  const resources = stack.node.findAll().filter((each) => CfnResource.isCfnResource(each));
  const types = new Map(
    resources.map((each) => [String(stack.resolve(each.logicalId)), each.cfnResourceType] as const),
  );
  known.set(stack, types);
  return types;
}

function arnOf(service: string, kind: string): string {
  return `arn:aws:${service}:${longestRegion}:${account}:${kind}:`;
}
