import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { adminEnvironment } from '../../lambdas/functions/admin/environment.ts';
import { noSignInEnvironment } from '../../lambdas/functions/no-sign-in/environment.ts';
import { discoveryEnvironment } from '../../lambdas/functions/discovery/environment.ts';
import { endsEnvironment } from '../../lambdas/functions/ends/environment.ts';
import { introspectionEnvironment } from '../../lambdas/functions/introspection/environment.ts';
import { keysEnvironment } from '../../lambdas/functions/keys/environment.ts';
import { registrarEnvironment } from '../../lambdas/functions/registrar/environment.ts';
import { tokenEnvironment } from '../../lambdas/functions/token/environment.ts';
import { EndpointFunction } from '../../lib/constructs/endpoint-function.ts';
import { retentionOf } from '../../lib/constructs/retention.ts';
import { aConfig, stackOf, templateOf, withoutHash } from './synthesized.ts';

const template = templateOf(aConfig);

test('every function is Node 24 on arm64, answers in time, and logs JSON into its own log', () => {
  template.resourceCountIs('AWS::Lambda::Function', 8);
  template.allResourcesProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
  });
  for (const [name, { Timeout: seconds, MemorySize: megabytes }] of functions()) {
    // An integration waits 20 seconds; CloudFormation and the schedule wait as long as it takes.
    if (name !== 'Registrar' && name !== 'Keys') expect(seconds, name).toBeLessThanOrEqual(15);
    expect(megabytes).toBeLessThanOrEqual(1024);
  }
});

test('every function has the variables that it declares, and no other', () => {
  const declared = {
    Discovery: discoveryEnvironment,
    Authorization: noSignInEnvironment,
    Token: tokenEnvironment,
    Introspection: introspectionEnvironment,
    Ends: endsEnvironment,
    Admin: adminEnvironment,
    Registrar: registrarEnvironment,
    Keys: keysEnvironment,
  };
  for (const [name, variables] of Object.entries(declared)) {
    const given = functions().get(name)?.Environment.Variables ?? {};
    expect(Object.keys(given).sort(), name).toEqual([...variables].sort());
  }
});

test('a variable too few or too many does not compile', () => {
  const stack = stackOf(aConfig);
  const props = {
    name: 'discovery',
    description: 'a function',
    memoryMegabytes: 512,
    timeoutSeconds: 10,
    retention: retentionOf(aConfig),
  } as const;
  const almost = { ISSUER: 'i', SIGNING_ALGORITHM: 'RS256' } as const;
  // @ts-expect-error REGISTRY_TABLE is missing
  new EndpointFunction(stack, 'TooFew', { ...props, environment: () => almost });
  new EndpointFunction(stack, 'TooMany', {
    ...props,
    // @ts-expect-error GRANTS_TABLE is not read by discovery
    environment: () => ({ ...almost, REGISTRY_TABLE: 'r', GRANTS_TABLE: 'g' }),
  });
});

test('the dev profile admits resources and documents on this machine, production does not', () => {
  const variablesOf = (profile: 'production' | 'dev', name: string): unknown =>
    functions(templateOf({ ...aConfig, profile })).get(name)?.Environment.Variables;
  expect(variablesOf('production', 'Token')).toMatchObject({ DOCUMENT_HOSTS: 'public' });
  expect(variablesOf('dev', 'Token')).toMatchObject({ DOCUMENT_HOSTS: 'loopback' });
  expect(variablesOf('production', 'Introspection')).toMatchObject({ DOCUMENT_HOSTS: 'public' });
  expect(variablesOf('production', 'Admin')).toMatchObject({ RESOURCE_HOSTS: 'public' });
  expect(variablesOf('dev', 'Registrar')).toMatchObject({ RESOURCE_HOSTS: 'loopback' });
});

test('operators are told by how clients register themselves, which they do only where people sign in', () => {
  const variablesOf = (config: typeof aConfig): unknown =>
    functions(templateOf(config)).get('Admin')?.Environment.Variables;
  const identityProviders = [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }];
  const registration = { mode: 'initial_access_token', unusedHours: 12 } as const;
  expect(variablesOf(aConfig)).toMatchObject({ REGISTRATION_MODE: 'closed', UNUSED_HOURS: '24' });
  expect(variablesOf({ ...aConfig, identityProviders })).toMatchObject({ REGISTRATION_MODE: 'open' });
  expect(variablesOf({ ...aConfig, identityProviders, registration })).toMatchObject({
    ...{ REGISTRATION_MODE: 'initial_access_token', UNUSED_HOURS: '12' },
  });
});

test('tokens live as long as the config says, 15 minutes by default', () => {
  const minutesOf = (config: typeof aConfig): unknown =>
    functions(templateOf(config)).get('Token')?.Environment.Variables['ACCESS_TOKEN_MINUTES'];
  expect(minutesOf(aConfig)).toBe('15');
  expect(minutesOf({ ...aConfig, accessTokenMinutes: 5 })).toBe('5');
});

test('a key signs for as many days as the config says, 90 by default, and stays without a production stack', () => {
  const variablesOf = (config: typeof aConfig): unknown =>
    functions(templateOf(config)).get('Keys')?.Environment.Variables;
  expect(variablesOf(aConfig)).toMatchObject({
    ...{ KEY_ROTATION_DAYS: '90', KEY_DELETION_DAYS: '30', KEYS_WITHOUT_STACK: 'retain' },
  });
  expect(variablesOf({ ...aConfig, profile: 'dev', keyRotationDays: 30 })).toMatchObject({
    ...{ KEY_ROTATION_DAYS: '30', KEY_DELETION_DAYS: '7', KEYS_WITHOUT_STACK: 'destroy' },
  });
});

interface FunctionProperties {
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

function functions(from = template): ReadonlyMap<string, FunctionProperties> {
  const found = from.findResources('AWS::Lambda::Function') as Record<
    string,
    { Properties: FunctionProperties }
  >;
  return new Map(
    Object.entries(found).map(([id, { Properties: properties }]) => [
      withoutHash(id).replace(/^Vestibule(\w+)Function$/, '$1'),
      properties,
    ]),
  );
}
