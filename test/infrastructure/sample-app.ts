import { Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  AgentRuntimeArtifact,
  Gateway,
  GatewayCustomClaim,
  Runtime,
  RuntimeCustomClaim,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { defineConfig, Vestibule, type VestibuleConfig } from '../../lib/index.ts';

const config = defineConfig({
  profile: 'dev',
  resources: [
    { id: 'search', uri: 'https://mcp.example.com/mcp', name: 'Search', scopes: { 'search:read': 'Search' } },
  ],
  agents: [
    { id: 'planner', owner: 'platform@example.com', scopes: { search: { required: ['search:read'] } } },
    { id: 'analyst', owner: 'data@example.com', scopes: {} },
  ],
  clients: [
    { id: 'planner-client', agent: 'planner', authentication: { method: 'client_secret_basic' } },
    { id: 'analyst-client', agent: 'analyst', authentication: { method: 'client_secret_basic' } },
  ],
});

/** What a customer's own stack looks like: AgentCore in front of tools and behind agents, Vestibule between. */
export class SampleStack extends Stack {
  readonly auth: Vestibule;
  readonly gateway: Gateway;
  readonly runtime: Runtime;

  constructor(
    scope: Construct,
    id: string,
    { issuer, ...props }: StackProps & Pick<VestibuleConfig, 'issuer'> = {},
  ) {
    super(scope, id, { analyticsReporting: false, ...props });
    this.auth = new Vestibule(this, 'Auth', { ...config, ...(issuer && { issuer }) });
    this.gateway = this.gatewayOfTools();
    this.runtime = this.runtimeOfAnalyst();
    this.credentialProviders();
  }

  private credentialProviders(): void {
    const signing = this.auth.credentialProvider('Planner', {
      agent: 'planner',
      name: 'planner-outbound',
      authentication: 'private-key-jwt',
      onBehalfOf: {
        grantType: 'TOKEN_EXCHANGE',
        actorTokenContent: 'M2M',
        actorTokenScopes: ['search:read'],
      },
    });
    const onCurve = this.auth.credentialProvider('PlannerOnCurve', {
      agent: 'planner',
      clientId: 'planner-on-curve',
      authentication: 'private-key-jwt',
      signingAlgorithm: 'ES256',
      onBehalfOf: { grantType: 'JWT_AUTHORIZATION_GRANT' },
    });
    const secretive = this.auth.credentialProvider('Analyst', {
      agent: 'analyst',
      authentication: 'client-secret',
    });
    const asRole = this.auth.credentialProvider('AnalystAsRole', {
      agent: 'analyst',
      clientId: 'analyst-role',
      authentication: 'aws-iam-jwt',
      executionRole: this.runtime.role,
    });
    for (const provider of [signing, onCurve, secretive, asRole]) provider.grantUse(this.runtime);
  }

  private gatewayOfTools(): Gateway {
    const tools = this.auth.gatewayAuthorizer({
      resource: {
        id: 'tools',
        name: 'Tools',
        scopes: { 'tools:read': 'List tools and read', 'tools:call': 'Call tools' },
        agents: {
          planner: { required: ['tools:read'], optional: ['tools:call'] },
          analyst: { required: ['tools:read'] },
        },
      },
      advertisedScopeMapping: { 'tools:call': 'tools:read' },
      allowedClients: ['planner-client'],
      customClaims: [GatewayCustomClaim.withStringValue('agent_id', 'planner')],
    });
    const gateway = new Gateway(this, 'Tools', { gatewayName: 'tools', authorizerConfiguration: tools });
    tools.attachTo(gateway);
    return gateway;
  }

  private runtimeOfAnalyst(): Runtime {
    const analyst = this.auth.runtimeAuthorizer({
      resource: {
        id: 'analyst-agent',
        kind: 'agent',
        agent: 'analyst',
        name: 'Analyst',
        scopes: { ask: 'Ask the analyst a question' },
        agents: { planner: { optional: ['ask'] } },
      },
      customClaims: [RuntimeCustomClaim.withStringValue('agent_id', 'planner')],
      allowedWorkloadConfiguration: { hostingEnvironments: [this.gateway.gatewayArn] },
    });
    const runtime = new Runtime(this, 'Analyst', {
      runtimeName: 'analyst',
      agentRuntimeArtifact: AgentRuntimeArtifact.fromImageUri(
        '111122223333.dkr.ecr.us-east-1.amazonaws.com/analyst:1',
      ),
      authorizerConfiguration: analyst,
    });
    analyst.attachTo(runtime);
    acknowledgeRoleOfRuntime(runtime);
    return runtime;
  }
}

/** The execution role that the CDK's own `Runtime` makes. */
function acknowledgeRoleOfRuntime(runtime: Runtime): void {
  const logs = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group';
  const identities =
    'arn:<AWS::Partition>:bedrock-agentcore:<AWS::Region>:<AWS::AccountId>:workload-identity-directory/default/workload-identity/*';
  for (const resource of [
    '*',
    identities,
    'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:bedrock-agentcore-identity!*',
    `${logs}:*`,
    `${logs}:/aws/bedrock-agentcore/runtimes/*`,
    `${logs}:/aws/bedrock-agentcore/runtimes/*:log-stream:*`,
  ]) {
    Validations.of(runtime).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason:
        'What the constructs of the CDK grant: log groups, identities and secrets of AgentCore have generated names.',
    });
  }
}
