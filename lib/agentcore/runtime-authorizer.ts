import { Fn, Stack, Token } from 'aws-cdk-lib';
import {
  CfnRuntime,
  type Runtime,
  RuntimeAuthorizerConfiguration,
  type RuntimeCustomClaim,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import { InvalidConfig } from '../config/check-config.ts';
import { type Problem, show } from '../config/problem.ts';
import type { AttachedResource } from './attached-resource.ts';
import { cfnResourceOf } from './cfn-resource.ts';
import type { Guard } from './guard.ts';
import type { JwtRuleOptions, JwtRules } from './jwt-rules.ts';

/** Who may call a runtime by the chain of workload identities; exactly one of the two. */
export interface AllowedWorkloads {
  /** ARNs of AgentCore Gateways. */
  readonly hostingEnvironments?: readonly string[];
  /** Names of workload identities. */
  readonly workloadIdentities?: readonly string[];
}

export interface RuntimeAuthorizerOptions extends Omit<JwtRuleOptions, 'advertisedScopeMapping'> {
  /** The id of a resource of the config that has its URI already, or a resource that gets the runtime's. */
  readonly resource: string | AttachedResource;
  /** Further claims a token must have. */
  readonly customClaims?: readonly RuntimeCustomClaim[];
  /** Default: whoever holds a token that is let in. */
  readonly allowedWorkloadConfiguration?: AllowedWorkloads;
  /** How AgentCore reaches an issuer that the internet does not. */
  readonly privateEndpoint?: CfnRuntime.PrivateEndpointProperty;
  readonly privateEndpointOverrides?: readonly CfnRuntime.PrivateEndpointOverrideProperty[];
}

// The API's own pattern.
const runtimeName = /^[a-zA-Z][a-zA-Z0-9_]{0,47}$/;

/**
 * Lets the tokens of this deployment into an AgentCore Runtime. Hand it to `Runtime` as `authorizerConfiguration`, or
 * its `authorizerConfiguration` to `CfnRuntime`; then attach it to the runtime.
 */
export class RuntimeAuthorizer extends RuntimeAuthorizerConfiguration {
  readonly authorizerConfiguration: CfnRuntime.AuthorizerConfigurationProperty;
  readonly #guard: Guard;

  /** @internal */
  constructor(guard: Guard, rules: JwtRules, options: RuntimeAuthorizerOptions) {
    super();
    this.#guard = guard;
    const { customClaims = [], allowedWorkloadConfiguration: workloads } = options;
    const { privateEndpoint, privateEndpointOverrides } = options;
    const problem = workloads && workloadProblem(workloads);
    if (problem) throw new InvalidConfig([problem]);
    this.authorizerConfiguration = {
      customJwtAuthorizer: {
        ...rules,
        ...(customClaims.length > 0 && { customClaims: customClaims.map((claim) => claim._render()) }),
        ...(workloads && { allowedWorkloadConfiguration: workloadConfiguration(workloads) }),
        ...(privateEndpoint && { privateEndpoint }),
        ...(privateEndpointOverrides && { privateEndpointOverrides: [...privateEndpointOverrides] }),
      },
    };
  }

  /**
   * Registers the URL at which the runtime is invoked as the URI of the resource, and has the runtime made when the
   * issuer answers. Once for each authorizer: a resource has one URI.
   */
  attachTo(runtime: Runtime | CfnRuntime): void {
    const resource = cfnResourceOf(runtime, CfnRuntime);
    const { agentRuntimeName: name } = resource;
    if (!Token.isUnresolved(name) && !runtimeName.test(name)) {
      const text = `${show(name)} is no name of a runtime; use a letter and up to 47 letters, digits and underscores`;
      throw new InvalidConfig([{ path: 'runtimeName', text }]);
    }
    this.#guard.attachTo(resource, invocationsUrl(resource));
  }

  /** @internal */
  _render(): CfnRuntime.AuthorizerConfigurationProperty {
    return this.authorizerConfiguration;
  }
}

/** A runtime has no host of its own: its ARN, escaped, is one segment of the service's path. */
function invocationsUrl(runtime: CfnRuntime): string {
  const { region, urlSuffix } = Stack.of(runtime);
  const withoutColons = Fn.join('%3A', Fn.split(':', runtime.attrAgentRuntimeArn));
  const escaped = Fn.join('%2F', Fn.split('/', withoutColons));
  return `https://bedrock-agentcore.${region}.${urlSuffix}/runtimes/${escaped}/invocations`;
}

function workloadProblem({ hostingEnvironments, workloadIdentities }: AllowedWorkloads): Problem | undefined {
  const path = 'allowedWorkloadConfiguration';
  if (hostingEnvironments && workloadIdentities) {
    return { path, text: 'names hostingEnvironments and workloadIdentities; AgentCore takes one of the two' };
  }
  if ((hostingEnvironments ?? workloadIdentities ?? []).length > 0) return undefined;
  return { path, text: 'lets no workload in; name one, or leave it out to check the token alone' };
}

function workloadConfiguration({
  hostingEnvironments,
  workloadIdentities,
}: AllowedWorkloads): CfnRuntime.AllowedWorkloadConfigurationProperty {
  return {
    ...(hostingEnvironments && { hostingEnvironments: hostingEnvironments.map((arn) => ({ arn })) }),
    ...(workloadIdentities && { workloadIdentities: [...workloadIdentities] }),
  };
}
