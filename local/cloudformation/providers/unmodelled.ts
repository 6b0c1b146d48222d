import { transientProvider, type Provider, type ResourceRequest } from '../provider.ts';
import type { Environment } from '../values.ts';

type Attributes = (request: ResourceRequest, environment: Environment) => Readonly<Record<string, string>>;

interface UnmodelledOptions {
  readonly environment: Environment;
  readonly log: (line: string) => void;
}

/**
 * Types without a meaning on one machine: the run writes its logs to the state directory, and keeps no statistics.
 */
const meaningless: Readonly<Record<string, Attributes>> = {
  'AWS::CDK::Metadata': () => ({}),
  'AWS::CloudWatch::Alarm': ({ generatedName }, { region, account }) => ({
    Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${generatedName}`,
  }),
  'AWS::CloudWatch::Dashboard': () => ({}),
  'AWS::S3::Bucket': ({ generatedName }) => ({ Arn: `arn:aws:s3:::${generatedName}` }),
  'AWS::S3::BucketPolicy': () => ({}),
  'AWS::Synthetics::Canary': () => ({}),
  'AWS::Logs::MetricFilter': () => ({}),
  'AWS::Logs::LogGroup': ({ generatedName }, { region, account }) => ({
    Arn: `arn:aws:logs:${region}:${account}:log-group:${generatedName}:*`,
  }),
};

/**
 * Types of a service that is not here: the run says so of each resource. What depends on one is made all the same,
 * from values of the form that the service would give.
 */
const leftOut: Readonly<Record<string, Attributes>> = {
  'AWS::BedrockAgentCore::Gateway': ({ generatedName }, { region, account }) => {
    const id = generatedName.toLowerCase();
    return {
      GatewayIdentifier: id,
      GatewayArn: `arn:aws:bedrock-agentcore:${region}:${account}:gateway/${id}`,
      GatewayUrl: `https://${id}.gateway.bedrock-agentcore.${region}.amazonaws.com/mcp`,
    };
  },
  'AWS::BedrockAgentCore::GatewayTarget': () => ({}),
  'AWS::BedrockAgentCore::Runtime': ({ generatedName }, { region, account }) => ({
    AgentRuntimeId: generatedName,
    AgentRuntimeArn: `arn:aws:bedrock-agentcore:${region}:${account}:runtime/${generatedName}`,
    AgentRuntimeVersion: '1',
  }),
  'AWS::BedrockAgentCore::RuntimeEndpoint': () => ({}),
  'AWS::BedrockAgentCore::OAuth2CredentialProvider': ({ generatedName }, { region, account }) => ({
    CredentialProviderArn: `arn:aws:bedrock-agentcore:${region}:${account}:token-vault/default/oauth2credentialprovider/${generatedName}`,
    CallbackUrl: `https://bedrock-agentcore.${region}.amazonaws.com/identities/oauth2/callback/${generatedName}`,
  }),
  'AWS::BedrockAgentCore::WorkloadIdentity': ({ generatedName }, { region, account }) => ({
    WorkloadIdentityArn: `arn:aws:bedrock-agentcore:${region}:${account}:workload-identity-directory/default/workload-identity/${generatedName}`,
  }),
};

/** Providers that know a type by name and make nothing. */
export function unmodelledProviders({
  environment,
  log,
}: UnmodelledOptions): Readonly<Record<string, Provider>> {
  const provider = (attributes: Attributes, say: (request: ResourceRequest) => void): Provider =>
    transientProvider('any', (request) => {
      say(request);
      return { physicalId: request.generatedName, attributes: attributes(request, environment) };
    });
  return {
    ...mapped(meaningless, (attributes) => provider(attributes, () => undefined)),
    ...mapped(leftOut, (attributes) =>
      provider(attributes, ({ logicalId, type }) => {
        log(`leave out ${logicalId} (${type}): AgentCore has no stand-in here`);
      }),
    ),
  };
}

function mapped(
  types: Readonly<Record<string, Attributes>>,
  provider: (attributes: Attributes) => Provider,
): Readonly<Record<string, Provider>> {
  return Object.fromEntries(Object.entries(types).map(([type, attributes]) => [type, provider(attributes)]));
}
