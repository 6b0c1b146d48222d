import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IInterceptor } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
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
import { limitsOf } from './config/limits.ts';
import { requireFittingRegion } from './config/require-region.ts';
import { requireRs256 } from './config/require-rs256.ts';
import { type Signing, signingOf } from './config/signing.ts';
import type { ClientSecret } from './constructs/client-secret.ts';
import { DataKey } from './constructs/data-key.ts';
import { EndpointFunction } from './constructs/endpoint-function.ts';
import { FrontDoor } from './constructs/front-door.ts';
import { GrantsTable } from './constructs/grants-table.ts';
import { grantOwnIssuer } from './constructs/own-issuer.ts';
import { keepSigningKeys } from './constructs/keep-signing-keys.ts';
import { KeyRotation } from './constructs/key-rotation.ts';
import { clientSecrets, Registrations } from './constructs/registrations.ts';
import { RegistryTable } from './constructs/registry-table.ts';
import { type Retention, retentionOf } from './constructs/retention.ts';
import type { SigningCustody } from './constructs/signing-custody.ts';
import { type Edge, edgeBefore } from './edge/edge.ts';
import { OriginSecret } from './edge/origin-secret.ts';
import { guardedResource } from './protect/guarded-resource.ts';
import { ProtectedApi } from './protect/protected-api.ts';
import type { ProtectOptions } from './protect/route-guard.ts';
import { observedIn } from './operations/observed.ts';
import { isWatched, Operations } from './operations/operations.ts';

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
  #clientSecrets: ReadonlyMap<string, ClientSecret> | undefined;
  readonly #agentCore: AgentCore;
  readonly #originSecret?: OriginSecret;
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
    this.keyRotation = new KeyRotation(this, 'KeyRotation', {
      signingKeys: this.signingKeys,
      signing: this.#signing,
      registry: this.registry,
      retention,
      rotationDays: config.keyRotationDays ?? 90,
    });
    this.dataKey = new DataKey(this, 'DataKey', retention);
    // The local run has no host of its own: its issuer is the API's URL.
    const runsLocally = String(this.node.tryGetContext('vestibule:local')) === 'true';
    if (!runsLocally) requireFittingRegion(config, Stack.of(this).region);
    if (config.edge && !runsLocally)
      this.#originSecret = new OriginSecret(this, 'Origin', this.dataKey, retention);
    this.frontDoor = new FrontDoor(this, 'FrontDoor', {
      retention,
      ...(config.issuer && !runsLocally && { issuer: config.issuer }),
      ...(this.#originSecret && { originSecretDigest: this.#originSecret.digest }),
    });
    this.issuer = this.frontDoor.issuer;
    this.discoveryUrl = `${this.issuer}/.well-known/openid-configuration`;
    this.jwksUri = `${this.issuer}/.well-known/jwks.json`;
    this.tokenEndpoint = `${this.issuer}/token`;
    this.serveDiscovery();
    this.serveOAuth();
    this.serveIntrospection();
    this.serveEnds();
    this.serveAdmin();
    const registrations = this.seedRegistry();
    this.edge = edgeBefore(this, this.frontDoor, config, this.#originSecret);
    this.#agentCore = new AgentCore(this, 'AgentCore', {
      ...{ config, registrations, issuer: this.issuer, discoveryUrl: this.discoveryUrl },
      ...{ retention, dataKey: this.dataKey },
      tokenEndpoint: this.tokenEndpoint,
      issuerAnswers: [...this.frontDoor.reachable, this.keyRotation.firstKeys],
    });
    if (isWatched(config)) this.watch();
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

  private serveDiscovery(): void {
    const { function: discovery } = new EndpointFunction(this, 'Discovery', {
      name: 'discovery',
      description: 'Metadata of the issuer and of every registered resource, and the public keys',
      ...this.modest,
      environment: (role) => ({
        ISSUER: this.issuer,
        SIGNING_ALGORITHM: this.#signing.algorithm,
        ...this.registry.grantDiscovery(role),
      }),
    });
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/jwks.json',
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/{resource+}',
    ] as const) {
      this.servePublicly(path, discovery, 500);
    }
    this.servePublicly('$default', discovery, 100);
  }

  private serveOAuth(): void {
    const limits = limitsOf(this.#config);
    const { function: authorization } = new EndpointFunction(this, 'Authorization', {
      name: 'authorization',
      description: 'The authorization endpoint',
      ...this.modest,
      environment: (role) => ({
        ADDRESS_LIMIT: limits.address,
        ...this.registry.grantClientLookup(role),
        ...this.grants.grantBuckets(role, 'address'),
      }),
    });
    this.servePublicly('/authorize', authorization, 100);
    const { function: token } = new EndpointFunction(this, 'Token', {
      name: 'token',
      description: 'The token endpoint',
      memoryMegabytes: 1024,
      timeoutSeconds: 10,
      retention: this.#retention,
      environment: (role) => ({
        ISSUER: this.issuer,
        ACCESS_TOKEN_MINUTES: String(this.#config.accessTokenMinutes ?? 15),
        DOCUMENT_HOSTS: this.allowedHosts,
        AWS_CALLER_IDENTITY: this.#config.awsCallerIdentity === true ? 'accepted' : 'refused',
        CLIENT_LIMIT: limits.client,
        ADDRESS_LIMIT: limits.address,
        ...this.signingKeys.grantSigning(role),
        ...this.registry.grantTokenDecisions(role),
        ...this.grants.grantAssertionMarks(role),
        ...this.grants.grantBuckets(role, 'client', 'address'),
      }),
    });
    // KMS signs 1,000 times a second with RSA keys in an account's region; the rest is for its other users. A function
    // that signs by itself is bounded by what Lambda runs at once.
    this.servePublicly('/token', token, this.#signing.mode === 'kms' ? 500 : 2_000);
  }

  private serveIntrospection(): void {
    const limits = limitsOf(this.#config);
    const { function: introspection } = new EndpointFunction(this, 'Introspection', {
      name: 'introspection',
      description: 'Introspection and revocation of tokens',
      ...this.modest,
      environment: (role) => ({
        ISSUER: this.issuer,
        DOCUMENT_HOSTS: this.allowedHosts,
        AWS_CALLER_IDENTITY: this.#config.awsCallerIdentity === true ? 'accepted' : 'refused',
        CLIENT_LIMIT: limits.client,
        ADDRESS_LIMIT: limits.address,
        ...this.signingKeys.grantSigning(role),
        ...this.registry.grantTokenDecisions(role),
        ...this.grants.grantRevocations(role),
        ...this.grants.grantBuckets(role, 'client', 'address'),
      }),
    });
    this.servePublicly('/introspect', introspection, 500);
    this.servePublicly('/revoke', introspection, 100);
  }

  private serveEnds(): void {
    const { function: ends } = new EndpointFunction(this, 'Ends', {
      name: 'ends',
      description: 'The feed of revoked tokens and ended principals, for verifiers that work offline',
      ...this.modest,
      environment: (role) => ({
        ISSUER: this.issuer,
        ...this.signingKeys.grantSigning(role),
        ...this.registry.grantSigningKeyLookup(role),
        ...this.grants.grantReadingEnds(role),
      }),
    });
    this.servePublicly('/ends', ends, 500);
  }

  private serveAdmin(): void {
    const { function: admin } = new EndpointFunction(this, 'Admin', {
      name: 'admin',
      description: 'The registry, for IAM principals',
      memoryMegabytes: 512,
      timeoutSeconds: 15,
      retention: this.#retention,
      environment: (role) => ({
        ISSUER: this.issuer,
        RESOURCE_HOSTS: this.allowedHosts,
        ...this.registry.grantAdministration(role),
        ...this.grants.grantEnding(role),
      }),
    });
    this.frontDoor.serve('/admin/{proxy+}', {
      function: admin,
      authorizer: 'iam',
      throttle: { rate: 20, burst: 40 },
    });
    for (const path of ['/admin/keys', '/admin/keys/rotate'] as const) {
      this.frontDoor.serve(path, {
        function: this.keyRotation.function,
        authorizer: 'iam',
        throttle: { rate: 5, burst: 10 },
      });
    }
  }

  private seedRegistry(): Registrations {
    const secrets = (this.#clientSecrets = clientSecrets(this, this.#config, this.dataKey, this.#retention));
    const { function: registrar } = new EndpointFunction(this, 'Registrar', {
      name: 'registrar',
      description: 'Writes the registrations of the config into the registry',
      memoryMegabytes: 512,
      // Nobody waits at an endpoint: time for AWS to come round, and for an answer after.
      timeoutSeconds: 120,
      retention: this.#retention,
      environment: (role) => {
        for (const secret of secrets.values()) secret.grantRead(role);
        grantOwnIssuer(role, this.#config);
        this.#originSecret?.grantRead(role);
        return {
          ISSUER: this.issuer,
          DEPLOYMENT: Stack.of(this).stackName,
          RESOURCE_HOSTS: this.allowedHosts,
          ...this.registry.grantSeeding(role),
          ...this.grants.grantEnding(role),
        };
      },
    });
    this.#originSecret?.digestBy(registrar);
    return new Registrations(this, 'Registrations', {
      config: this.#config,
      clientSecrets: secrets,
      registrar,
    });
  }

  /** The last of all, so that everything made before it is watched. */
  private watch(): void {
    const tables = [this.registry.table, this.grants.table];
    const observed = observedIn(this, { api: this.frontDoor.api, tables });
    const canarySecret = this.#clientSecrets?.get(`${canary.id}-client`);
    new Operations(this, 'Operations', {
      ...{ config: this.#config, observed, issuer: this.issuer },
      ...(this.#config.canary === true && canarySecret && { canarySecret }),
    });
  }

  /** Whether resources and documents may live on this machine, over plain http. */
  private get allowedHosts(): 'public' | 'loopback' {
    return this.#config.profile === 'dev' ? 'loopback' : 'public';
  }

  /** What a function needs that does little and answers at once. */
  private get modest(): {
    readonly memoryMegabytes: 512;
    readonly timeoutSeconds: 10;
    readonly retention: Retention;
  } {
    return { memoryMegabytes: 512, timeoutSeconds: 10, retention: this.#retention };
  }

  private servePublicly(path: `/${string}` | '$default', target: IFunction, rate: number): void {
    this.frontDoor.serve(path, {
      function: target,
      authorizer: 'none',
      throttle: { rate, burst: 2 * rate },
    });
  }
}
