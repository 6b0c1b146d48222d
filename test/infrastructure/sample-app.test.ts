import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnGateway, CfnRuntime, Gateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { VALIDATE_AGAINST_DEFAULT_RULES } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { Vestibule } from '../../lib/index.ts';
import { SampleStack } from './sample-app.ts';
import { aConfig, anApp, anIssuer, readable, withoutHash } from './synthesized.ts';

interface Found {
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

const stack = new SampleStack(anApp(), 'Sample', { issuer: anIssuer });
const template = Template.fromStack(stack);

test('the gateway checks tokens by these rules and no others', () => {
  const { AuthorizerType: type, AuthorizerConfiguration: configuration } = only(
    'AWS::BedrockAgentCore::Gateway',
  ).Properties;
  expect(type).toBe('CUSTOM_JWT');
  expect(configuration).toEqual({
    CustomJWTAuthorizer: {
      DiscoveryUrl: 'https://auth.example.com/.well-known/openid-configuration',
      AllowedAudience: ['https://auth.example.com/resources/tools'],
      AllowedScopes: ['tools:read', 'tools:call'],
      AllowedClients: ['planner-client'],
      AdvertisedScopeMapping: { 'tools:call': 'tools:read' },
      CustomClaims: [claim('agent_id', 'planner')],
    },
  });
});

test('the runtime checks tokens and the chain of workloads', () => {
  const { AuthorizerConfiguration: configuration } = only('AWS::BedrockAgentCore::Runtime').Properties;
  expect(configuration).toEqual({
    CustomJWTAuthorizer: {
      DiscoveryUrl: 'https://auth.example.com/.well-known/openid-configuration',
      AllowedAudience: ['https://auth.example.com/resources/analyst-agent'],
      AllowedScopes: ['ask'],
      CustomClaims: [claim('agent_id', 'planner')],
      AllowedWorkloadConfiguration: {
        HostingEnvironments: [{ Arn: { 'Fn::GetAtt': [expect.stringMatching(/^Tools/), 'GatewayArn'] } }],
      },
    },
  });
});

test('neither is made before the issuer answers on its host with keys', () => {
  for (const type of ['Gateway', 'Runtime']) {
    const dependencies = only(`AWS::BedrockAgentCore::${type}`).DependsOn?.map(withoutHash);
    expect(dependencies).toEqual(
      expect.arrayContaining([
        'AuthFrontDoorStage',
        'AuthFrontDoorHostDomainName',
        'AuthFrontDoorHostAlias',
        'AuthKeyRotationSigningKeys',
      ]),
    );
  }
});

test('their URLs are registered once they are known, under the audience that they check', () => {
  expect(declarations('Resource')).toMatchObject([
    { id: 'search' },
    { id: 'orders', uri: '<Orders.ApiEndpoint>/mcp' },
    {
      id: 'tools',
      uri: '<Tools.GatewayUrl>',
      audience: 'https://auth.example.com/resources/tools',
      kind: 'mcp-server',
    },
    {
      id: 'analyst-agent',
      uri: expect.stringContaining(
        'https://bedrock-agentcore.<AWS::Region>.<AWS::URLSuffix>/runtimes/',
      ) as string,
      audience: 'https://auth.example.com/resources/analyst-agent',
      kind: 'agent',
      agent_id: 'analyst',
    },
  ]);
});

test('agents get their scopes there, in the same deployment', () => {
  expect(declarations('Agent')).toMatchObject([
    {
      id: 'planner',
      catalogue: [
        { resource: 'https://mcp.example.com/mcp', required: ['search:read'] },
        { resource: '<Orders.ApiEndpoint>/mcp', required: [], optional: ['orders:read'] },
        { resource: '<Tools.GatewayUrl>', required: ['tools:read'], optional: ['tools:call'] },
        { resource: expect.stringContaining('/runtimes/') as string, required: [], optional: ['ask'] },
      ],
    },
    {
      id: 'analyst',
      catalogue: [{ resource: '<Tools.GatewayUrl>', required: ['tools:read'] }],
      delegations: [
        {
          resource: '<Tools.GatewayUrl>',
          scopes: [{ name: 'tools:read', from: ['ask'] }],
          ...{ subjects: ['person', 'agent'], mode: 'delegation' },
        },
      ],
    },
  ]);
});

test('CloudFormation and AwsSolutions accept the app', () => {
  const app = new App({ context: { [VALIDATE_AGAINST_DEFAULT_RULES]: true }, treeMetadata: false });
  const sample = new SampleStack(app, 'Sample', { issuer: anIssuer });
  app.synth();
  const found = new AwsSolutionsChecks(sample).validateScope(sample).violations;
  expect(found.map(({ ruleName }) => ruleName)).toEqual([]);
}, 60_000);

test('the L1 constructs take the same configuration', () => {
  const mine = new Stack(anApp(), 'Mine');
  const auth = new Vestibule(mine, 'Auth', { ...aConfig, issuer: anIssuer });
  const tools = auth.gatewayAuthorizer({ resource: 'billing', scopes: ['invoices:read'] });
  const gateway = new CfnGateway(mine, 'Gateway', {
    name: 'tools',
    roleArn: 'arn:aws:iam::111122223333:role/gateway',
    authorizerType: tools.authorizerType,
    authorizerConfiguration: tools.authorizerConfiguration,
  });
  tools.attachTo(gateway);
  const clerk = auth.runtimeAuthorizer({ resource: 'clerk-agent' });
  const runtime = new CfnRuntime(mine, 'Runtime', {
    agentRuntimeName: 'clerk',
    roleArn: 'arn:aws:iam::111122223333:role/runtime',
    agentRuntimeArtifact: { containerConfiguration: { containerUri: 'example' } },
    authorizerConfiguration: clerk.authorizerConfiguration,
  });
  clerk.attachTo(runtime);
  const synthesized = Template.fromStack(mine);
  synthesized.hasResourceProperties('AWS::BedrockAgentCore::Gateway', {
    AuthorizerConfiguration: {
      // A resource that the config gives its URI is known by what the config says.
      CustomJWTAuthorizer: { AllowedAudience: ['billing-api'], AllowedScopes: ['invoices:read'] },
    },
  });
  synthesized.hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
    AuthorizerConfiguration: {
      CustomJWTAuthorizer: { AllowedAudience: ['https://agents.example.com/clerk'] },
    },
  });
  synthesized.resourceCountIs('Custom::VestibuleResource', 2);
});

test('a gateway of another stack is registered there', () => {
  const app = anApp();
  const auth = new Vestibule(new Stack(app, 'Platform'), 'Auth', { ...aConfig, issuer: anIssuer });
  const team = new Stack(app, 'Team');
  const tools = auth.gatewayAuthorizer({
    resource: { id: 'tools', name: 'Tools', scopes: { call: 'Call' } },
  });
  tools.attachTo(new Gateway(team, 'Tools', { authorizerConfiguration: tools }));
  Template.fromStack(team).resourceCountIs('Custom::VestibuleResource', 1);
  expect(team.dependencies.map(({ stackName }) => stackName)).toEqual(['Platform']);
});

function only(type: string): Found {
  const [found, ...more] = Object.values(template.findResources(type)) as object[] as readonly Found[];
  if (found === undefined || more.length > 0) throw new Error(`there is not one ${type}`);
  return found;
}

function declarations(what: 'Resource' | 'Agent'): readonly unknown[] {
  const found = Object.values(
    template.findResources(`Custom::Vestibule${what}`),
  ) as object[] as readonly Found[];
  return found.map(({ Properties: { Declaration: text } }) => JSON.parse(flat(text)) as unknown);
}

/** The declaration of a runtime escapes an ARN: as text, without what it is made of. */
function flat(value: unknown): string {
  const parts = (value as { 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  if (parts === undefined) return readable(value);
  return parts[1].map((part) => (isEscape(part) ? '<escaped ARN>' : readable(part))).join(parts[0]);
}

function isEscape(value: unknown): boolean {
  return JSON.stringify(value).includes('Fn::Split');
}

function claim(name: string, value: string): object {
  return {
    InboundTokenClaimName: name,
    InboundTokenClaimValueType: 'STRING',
    AuthorizingClaimMatchValue: {
      ClaimMatchOperator: 'EQUALS',
      ClaimMatchValue: { MatchValueString: value },
    },
  };
}
