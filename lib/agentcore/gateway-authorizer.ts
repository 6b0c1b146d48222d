import { Token } from 'aws-cdk-lib';
import {
  CfnGateway,
  type Gateway,
  GatewayAuthorizerType,
  type GatewayCustomClaim,
  type IGatewayAuthorizerConfig,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import { InvalidConfig } from '../config/check-config.ts';
import { show } from '../config/problem.ts';
import type { AttachedResource } from './attached-resource.ts';
import type { Guard } from './guard.ts';
import type { JwtRuleOptions, JwtRules } from './jwt-rules.ts';
import { cfnResourceOf } from './cfn-resource.ts';

export interface GatewayAuthorizerOptions extends JwtRuleOptions {
  /** The id of a resource of the config that has its URI already, or a resource that gets the gateway's. */
  readonly resource: string | AttachedResource;
  /** Further claims a token must have, such as `GatewayCustomClaim.withStringValue('agent_id', 'planner')`. */
  readonly customClaims?: readonly GatewayCustomClaim[];
  /** How AgentCore reaches an issuer that the internet does not. */
  readonly privateEndpoint?: CfnGateway.PrivateEndpointProperty;
}

// The API's own pattern; CreateGateway refuses anything else.
const gatewayName = /^([0-9a-zA-Z]-?){1,48}$/;

/**
 * Lets the tokens of this deployment into an AgentCore Gateway. Hand it to `Gateway` as `authorizerConfiguration`, or its
 * `authorizerType` and `authorizerConfiguration` to `CfnGateway`; then attach it to the gateway.
 */
export class GatewayAuthorizer implements IGatewayAuthorizerConfig {
  readonly authorizerType = GatewayAuthorizerType.CUSTOM_JWT;
  readonly authorizerConfiguration: CfnGateway.AuthorizerConfigurationProperty;
  readonly #guard: Guard;

  /** @internal */
  constructor(guard: Guard, rules: JwtRules, options: GatewayAuthorizerOptions) {
    const { customClaims = [], advertisedScopeMapping, privateEndpoint } = options;
    this.#guard = guard;
    this.authorizerConfiguration = {
      customJwtAuthorizer: {
        ...rules,
        ...(customClaims.length > 0 && { customClaims: customClaims.map((claim) => claim._render()) }),
        ...(advertisedScopeMapping && { advertisedScopeMapping: { ...advertisedScopeMapping } }),
        ...(privateEndpoint && { privateEndpoint }),
      },
    };
  }

  /**
   * Registers the gateway's URL as the URI of the resource, and has the gateway made when the issuer answers. Once
   * for each authorizer: a resource has one URI.
   */
  attachTo(gateway: Gateway | CfnGateway): void {
    const resource = cfnResourceOf(gateway, CfnGateway);
    const { name } = resource;
    if (!Token.isUnresolved(name) && !gatewayName.test(name)) {
      const text = `${show(name)} is no name of a gateway; use up to 48 letters and digits, with single hyphens between them`;
      throw new InvalidConfig([{ path: 'gatewayName', text }]);
    }
    this.#guard.attachTo(resource, resource.attrGatewayUrl);
  }

  /** @internal */
  _render(): CfnGateway.AuthorizerConfigurationProperty {
    return this.authorizerConfiguration;
  }
}
