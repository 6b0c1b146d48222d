import { CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  AgentRuntimeArtifact,
  Gateway,
  GatewayCustomClaim,
  Runtime,
  RuntimeCustomClaim,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Code, Function as LambdaFunction, Runtime as LambdaRuntime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { join } from 'node:path';
import { defineConfig, type ProtectedApi, Vestibule, type VestibuleConfig } from '../../lib/index.ts';

const configWith = (orders: HttpApi): VestibuleConfig =>
  defineConfig({
    profile: 'dev',
    resources: [
      {
        id: 'search',
        uri: 'https://mcp.example.com/mcp',
        name: 'Search',
        scopes: { 'search:read': 'Search' },
      },
      {
        id: 'orders',
        uri: `${orders.apiEndpoint}/mcp`,
        name: 'Orders',
        scopes: { 'orders:read': 'Read orders' },
      },
    ],
    agents: [
      {
        id: 'planner',
        owner: 'platform@example.com',
        scopes: { search: { required: ['search:read'] }, orders: { optional: ['orders:read'] } },
      },
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
  readonly orders: HttpApi;
  readonly protectedOrders: ProtectedApi;

  constructor(
    scope: Construct,
    id: string,
    { issuer, ...props }: StackProps & Pick<VestibuleConfig, 'issuer'> = {},
  ) {
    super(scope, id, { analyticsReporting: false, ...props });
    this.orders = new HttpApi(this, 'Orders');
    this.auth = new Vestibule(this, 'Auth', { ...configWith(this.orders), ...(issuer && { issuer }) });
    this.gateway = this.gatewayOfTools();
    this.runtime = this.runtimeOfAnalyst();
    this.credentialProviders();
    this.protectedOrders = this.protectOrders();
    acknowledgeWhatIsTheCustomers(this);
    new CfnOutput(this, 'IssuerUrl', { value: this.auth.issuer });
    new CfnOutput(this, 'OrdersUrl', { value: this.orders.apiEndpoint });
  }

  private protectOrders(): ProtectedApi {
    const orders = this.auth.protect(this.orders, { resource: 'orders' });
    const handler = new LambdaFunction(this, 'OrdersServer', {
      runtime: LambdaRuntime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(import.meta.dirname, 'customer-function')),
    });
    orders.addRoutes({ path: '/mcp', function: handler, scopes: ['orders:read'] });
    return orders;
  }

  private credentialProviders(): void {
    const signing = this.auth.credentialProvider('Planner', {
      agent: 'planner',
      name: 'planner-outbound',
      authentication: 'private-key-jwt',
    });
    const onCurve = this.auth.credentialProvider('PlannerOnCurve', {
      agent: 'planner',
      clientId: 'planner-on-curve',
      authentication: 'private-key-jwt',
      signingAlgorithm: 'ES256',
    });
    const secretive = this.auth.credentialProvider('Analyst', {
      agent: 'analyst',
      authentication: 'client-secret',
      obo: { grantType: 'TOKEN_EXCHANGE', actorTokenContent: 'M2M', actorTokenScopes: ['tools:read'] },
    });
    const asserting = this.auth.credentialProvider('AnalystAsserting', {
      agent: 'analyst',
      clientId: 'analyst-asserting',
      authentication: 'client-secret',
      obo: { grantType: 'JWT_AUTHORIZATION_GRANT' },
    });
    const asRole = this.auth.credentialProvider('AnalystAsRole', {
      agent: 'analyst',
      clientId: 'analyst-role',
      authentication: 'aws-iam-jwt',
      executionRole: this.runtime.role,
      obo: { grantType: 'TOKEN_EXCHANGE', actorTokenContent: 'AWS_IAM_ID_TOKEN_JWT' },
    });
    for (const provider of [signing, onCurve, secretive, asserting, asRole]) provider.grantUse(this.runtime);
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
        onBehalfOf: { analyst: { scopes: { 'tools:read': ['ask'] }, subjects: ['person', 'agent'] } },
      },
      advertisedScopeMapping: { 'tools:call': 'tools:read' },
      allowedClients: ['planner-client'],
      customClaims: [GatewayCustomClaim.withStringValue('agent_id', 'planner')],
    });
    const gateway = new Gateway(this, 'Tools', {
      gatewayName: 'tools',
      authorizerConfiguration: tools,
      interceptorConfigurations: [this.auth.revocationInterceptor()],
    });
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

/** What of the customer's own API and function has defaults of the CDK, and is no matter of this sample. */
function acknowledgeWhatIsTheCustomers({ gateway, orders, node }: SampleStack): void {
  Validations.of(orders).acknowledge({
    id: 'AwsSolutions-APIG1',
    reason: 'The access log of the API is for its owner to configure, and this one has no users.',
  });
  Validations.of(node.findChild('OrdersServer')).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: 'The default role of a function of the CDK: it may write logs and nothing else.',
  });
  Validations.of(gateway).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::<AuthRevocationInterceptorFunction265CFBEC.Arn>:*]',
    reason: 'The construct of the CDK lets the gateway invoke every version of the one interceptor.',
  });
}
