import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IInterceptor } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { AgentCore } from './agentcore/agentcore.ts';
import type { CredentialProvider } from './agentcore/credential-provider.ts';
import type { CredentialProviderOptions } from './agentcore/credential-provider-options.ts';
import type { GatewayAuthorizer, GatewayAuthorizerOptions } from './agentcore/gateway-authorizer.ts';
import { revocationInterceptor } from './agentcore/revocation-interceptor.ts';
import type { RuntimeAuthorizer, RuntimeAuthorizerOptions } from './agentcore/runtime-authorizer.ts';
import { canary, withCanary } from './config/canary.ts';
import { checkConfig } from './config/check-config.ts';
import type { VestibuleConfig } from './config/config.ts';
import { tellVaultCost } from './config/tell-vault-cost.ts';
import { requireForeignSecrets } from './config/require-foreign-secrets.ts';
import { requireFittingRegion } from './config/require-region.ts';
import { requireRs256 } from './config/require-rs256.ts';
import { type Signing, signingOf } from './config/signing.ts';
import { DataKey } from './constructs/data-key.ts';
import { FrontDoor } from './constructs/front-door.ts';
import { GrantsTable } from './constructs/grants-table.ts';
import { keepSigningKeys } from './constructs/keep-signing-keys.ts';
import { KeyRotation } from './constructs/key-rotation.ts';
import { clientSecrets } from './constructs/registrations.ts';
import { RegistryTable } from './constructs/registry-table.ts';
import { type Retention, retentionOf } from './constructs/retention.ts';
import type { SigningCustody } from './constructs/signing-custody.ts';
import { type Edge, edgeBefore } from './edge/edge.ts';
import { OriginSecret } from './edge/origin-secret.ts';
import { guardedResource } from './protect/guarded-resource.ts';
import { ProtectedApi } from './protect/protected-api.ts';
import type { ProtectOptions } from './protect/route-guard.ts';
import { hasEgress } from './serving/deployment-parts.ts';
import { sealSecrets } from './serving/seal-secrets.ts';
import { seedRegistry } from './serving/seed-registry.ts';
import { serveEverything } from './serving/serve-everything.ts';
import { isWatched, watch } from './operations/operations.ts';

/** Everything of one deployment, for a stack of your own. Throws `InvalidConfig` when the config is not sound. */
export class Vestibule extends Construct {
  /** The issuer identifier, without a trailing slash; a token of the API's URL where the config names none. */
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly jwksUri: string;
  readonly tokenEndpoint: string;
  readonly frontDoor: FrontDoor;
  /** CloudFront before the front door, where the config has an edge. */
  readonly edge: Edge | undefined;
  readonly registry: RegistryTable;
  readonly grants: GrantsTable;
  readonly signingKeys: SigningCustody;
  readonly keyRotation: KeyRotation;
  readonly dataKey: DataKey;
  readonly #retention: Retention;
  readonly #config: VestibuleConfig;
  readonly #agentCore: AgentCore;
  readonly #signing: Signing;
  #interceptor: IInterceptor | undefined;

  constructor(scope: Construct, id: string, props: VestibuleConfig) {
    super(scope, id);
    const config = (this.#config = checkConfig(withCanary(checkConfig(props))));
    const retention = (this.#retention = retentionOf(config));
    this.registry = new RegistryTable(this, 'Registry', retention);
    this.grants = new GrantsTable(this, 'Grants', retention);
    this.#signing = signingOf(config);
    this.signingKeys = keepSigningKeys(this, this.#signing, this.registry, retention);
    this.dataKey = new DataKey(this, 'DataKey', retention);
    const secretsOfSeals = sealSecrets(this, config, this.dataKey, retention);
    this.keyRotation = new KeyRotation(this, 'KeyRotation', {
      signingKeys: this.signingKeys,
      signing: this.#signing,
      registry: this.registry,
      ...secretsOfSeals,
      retention,
      rotationDays: config.keyRotationDays ?? 90,
    });
    // The local run has no host of its own: its issuer is the API's URL.
    const runsLocally = String(this.node.tryGetContext('vestibule:local')) === 'true';
    if (!runsLocally) requireFittingRegion(config, Stack.of(this).region);
    const originSecret =
      config.edge && !runsLocally ? new OriginSecret(this, 'Origin', this.dataKey, retention) : undefined;
    this.frontDoor = new FrontDoor(this, 'FrontDoor', {
      retention,
      ...(config.issuer && !runsLocally && { issuer: config.issuer }),
      ...(config.mutualTls && { mutualTls: config.mutualTls }),
      ...(originSecret && { originSecretDigest: originSecret.digest }),
      hasPathsOfOthers: hasEgress(config),
    });
    this.issuer = this.frontDoor.issuer;
    this.discoveryUrl = `${this.issuer}/.well-known/openid-configuration`;
    this.jwksUri = `${this.issuer}/.well-known/jwks.json`;
    this.tokenEndpoint = `${this.issuer}/token`;
    const { frontDoor, issuer, registry, grants, signingKeys } = this;
    const base = {
      ...{ scope: this, config, retention, signing: this.#signing },
      ...{ frontDoor, issuer, registry, grants, signingKeys, ...secretsOfSeals },
    };
    const parts = serveEverything(base, this.dataKey, this.keyRotation.function);
    const secrets = clientSecrets(this, config, this.dataKey, retention);
    const registrations = seedRegistry(parts, { clientSecrets: secrets, originSecret });
    this.edge = edgeBefore(this, frontDoor, config, originSecret);
    this.#agentCore = new AgentCore(this, 'AgentCore', {
      ...{ config, registrations, issuer: this.issuer, discoveryUrl: this.discoveryUrl },
      ...{ retention, dataKey: this.dataKey },
      tokenEndpoint: this.tokenEndpoint,
      issuerAnswers: [...this.frontDoor.reachable, this.keyRotation.firstKeys],
    });
    requireForeignSecrets(config, this);
    tellVaultCost(config, this);
    // The last of all, so that everything made before it is watched.
    if (isWatched(config)) watch(parts, secrets.get(`${canary.id}-client`));
  }

  /** The authorizer of an AgentCore Gateway that takes the tokens of this deployment for one resource. */
  gatewayAuthorizer(options: GatewayAuthorizerOptions): GatewayAuthorizer {
    return this.#agentCore.gatewayAuthorizer(options);
  }

  /** The same for an AgentCore Runtime. */
  runtimeAuthorizer(options: RuntimeAuthorizerOptions): RuntimeAuthorizer {
    return this.#agentCore.runtimeAuthorizer(options);
  }

  /** This deployment as an outbound OAuth2 provider of AgentCore, and the client of an agent that it is here. */
  credentialProvider(id: string, options: CredentialProviderOptions): CredentialProvider {
    return this.#agentCore.credentialProvider(id, options);
  }

  /**
   * A REQUEST interceptor for AgentCore Gateways with an authorizer of this deployment: within 30 seconds it refuses tokens
   * that were revoked or whose agent, client or resource was stopped, which the authorizer takes until they expire. All
   * gateways share one function, made when the first one asks.
   */
  revocationInterceptor(): IInterceptor {
    this.#interceptor ??= revocationInterceptor(this, { issuer: this.issuer, retention: this.#retention });
    return this.#interceptor;
  }

  /**
   * Makes an HTTP API of yours a protected resource: its metadata is served there, and the routes that you then add
   * pass good tokens only. Throws `InvalidConfig` when the resource is not one of the config and of this API.
   */
  protect(api: HttpApi, { resource: id, by = 'gate' }: ProtectOptions): ProtectedApi {
    if (by === 'native') this.requireRs256('the JWT authorizer of API Gateway');
    return new ProtectedApi(api, `Protected-${id}`, {
      ...{ api, by, issuer: this.issuer, retention: this.#retention },
      resource: guardedResource(this.#config, id, api.apiEndpoint),
      issuerAnswers: [this.frontDoor, ...this.frontDoor.reachable, this.keyRotation.firstKeys],
    });
  }

  /**
   * For constructs that set up a verifier of these tokens: throws `InvalidConfig` where it knows nothing but RSA.
   * `verifier` is what people call it, such as 'an AgentCore Gateway'.
   */
  requireRs256(verifier: string): void {
    requireRs256(this.#signing, verifier);
  }
}
