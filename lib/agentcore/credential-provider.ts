import { Names } from 'aws-cdk-lib';
import {
  CfnOAuth2CredentialProvider,
  type IOAuth2CredentialProvider,
  OAuth2CredentialProvider,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { Construct, type IDependable } from 'constructs';
import type { ClientConfig, VestibuleConfig } from '../config/config.ts';
import { ClientSecret } from '../constructs/client-secret.ts';
import { grantIdentityToken, grantOwnIdentity } from '../constructs/own-issuer.ts';
import type { DataKey } from '../constructs/data-key.ts';
import type { Registrations } from '../constructs/registrations.ts';
import type { Retention } from '../constructs/retention.ts';
import { AssertionKey } from './assertion-key.ts';
import type { CredentialProviderOptions } from './credential-provider-options.ts';
import { exchangeConfig, grants, type OnBehalfOf } from './obo.ts';
import {
  type ThirdPartyTarget,
  thirdPartyTarget,
  type ThirdPartyTargetOptions,
} from './third-party-target.ts';

export interface CredentialProviderProps extends CredentialProviderOptions {
  readonly clientId: string;
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly tokenEndpoint: string;
  readonly config: VestibuleConfig;
  readonly registrations: Registrations;
  readonly dataKey: DataKey;
  readonly retention: Retention;
  readonly issuerAnswers: readonly IDependable[];
}

type CustomProvider = CfnOAuth2CredentialProvider.CustomOauth2ProviderConfigInputProperty;

/** How a client proves itself, on the side of AgentCore and on ours. */
interface Proof {
  readonly provider: Partial<CustomProvider>;
  readonly authentication: ClientConfig['authentication'];
  /** Properties of the registration beside its declaration. */
  readonly registration: Readonly<Record<string, string>>;
  readonly secretArn?: string;
  readonly grantUse: (grantee: IGrantable) => Grant;
}

const vendor = 'CustomOauth2';

/**
 * This deployment as an outbound OAuth2 provider of AgentCore Identity, and the client that AgentCore is here. No secret
 * is in the template.
 */
export class CredentialProvider extends Construct {
  readonly clientId: string;
  readonly credentialProviderArn: string;
  /** Registered as a redirect URI of the client. */
  readonly callbackUrl: string;
  /** For what the CDK's own constructs take, such as `GatewayCredentialProvider.fromOauthIdentity`. */
  readonly provider: IOAuth2CredentialProvider;
  readonly #proof: Proof;
  /** Whether AgentCore sends the token of the role beside the proof of the client. */
  readonly #actorIsRole: boolean;
  readonly #tokenEndpoint: string;
  readonly #of: {
    readonly agent: string;
    readonly obo: OnBehalfOf | undefined;
    readonly issuer: string;
    readonly config: VestibuleConfig;
  };

  /** @internal */
  constructor(scope: Construct, id: string, props: CredentialProviderProps) {
    super(scope, id);
    const { agent, clientId, config, registrations, discoveryUrl, obo, name } = props;
    this.clientId = clientId;
    this.#actorIsRole =
      obo?.actorTokenContent === 'AWS_IAM_ID_TOKEN_JWT' && props.authentication !== 'aws-iam-jwt';
    this.#tokenEndpoint = props.tokenEndpoint;
    this.#of = { agent, obo, issuer: props.issuer, config };
    const proof = (this.#proof =
      props.authentication === 'client-secret' ? this.bySecret(props) : this.withoutSecret(props));
    const provider = new CfnOAuth2CredentialProvider(this, 'Resource', {
      name: name ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }),
      credentialProviderVendor: vendor,
      oauth2ProviderConfigInput: {
        customOauth2ProviderConfig: {
          oauthDiscovery: { discoveryUrl },
          clientId,
          ...proof.provider,
          ...(obo && { onBehalfOfTokenExchangeConfig: exchangeConfig(obo) }),
        },
      },
    });
    for (const dependency of props.issuerAnswers) provider.node.addDependency(dependency);
    this.credentialProviderArn = provider.attrCredentialProviderArn;
    this.callbackUrl = provider.attrCallbackUrl;
    this.provider = OAuth2CredentialProvider.fromOAuth2CredentialProviderAttributes(this, 'Provider', {
      credentialProviderArn: provider.attrCredentialProviderArn,
      credentialProviderVendor: vendor,
      callbackUrl: provider.attrCallbackUrl,
      ...(proof.secretArn !== undefined && { clientSecretArn: proof.secretArn }),
    });
    registrations.registerClient(
      { id: clientId, agent, authentication: proof.authentication, ...grants(config, obo) },
      proof.registration,
    );
    registrations.attachRedirect(clientId, provider.attrCallbackUrl);
  }

  /** Getting tokens through the provider, for the execution role of an agent or a gateway. */
  grantUse(grantee: IGrantable): Grant {
    const grant = this.provider.grantUse(grantee).combine(this.#proof.grantUse(grantee));
    return this.#actorIsRole ? grant.combine(grantIdentityToken(grantee, this.#tokenEndpoint)) : grant;
  }

  /**
   * What a target of a gateway (`CfnGatewayTarget`, of an OpenAPI schema) calls a third party by: the gateway holds no credential of
   * it. Throws `InvalidConfig` for what the agent may not do there.
   */
  thirdPartyTarget(options: ThirdPartyTargetOptions): ThirdPartyTarget {
    return thirdPartyTarget({ ...this.#of, credentialProviderArn: this.credentialProviderArn }, options);
  }

  private bySecret({ clientId, dataKey, retention, registrations }: CredentialProviderProps): Proof {
    const secret = new ClientSecret(this, 'Secret', { clientId, dataKey, retention });
    const { secretArn } = secret;
    secret.grantRead(registrations.registrar);
    return {
      provider: {
        clientAuthenticationMethod: 'CLIENT_SECRET_BASIC',
        clientSecretSource: 'EXTERNAL',
        clientSecretConfig: { secretId: secretArn, jsonKey: 'client_secret' },
      },
      authentication: { method: 'client_secret_basic' },
      registration: { SecretArn: secretArn },
      secretArn,
      grantUse: (grantee) => secret.grantRead(grantee),
    };
  }

  private withoutSecret(props: CredentialProviderProps): Proof {
    return props.executionRole ? this.byRole(props, props.executionRole) : this.byKey(props);
  }

  private byRole({ tokenEndpoint, registrations }: CredentialProviderProps, role: IRole): Proof {
    const { role: registrarRole } = registrations.registrar;
    if (registrarRole) grantOwnIdentity(registrarRole);
    return {
      provider: { clientAuthenticationMethod: 'AWS_IAM_ID_TOKEN_JWT' },
      authentication: { method: 'aws_iam_jwt', role: role.roleArn },
      registration: {},
      grantUse: (grantee) => grantIdentityToken(grantee, tokenEndpoint),
    };
  }

  private byKey({
    clientId,
    signingAlgorithm: algorithm = 'RS256',
    retention,
    registrations,
  }: CredentialProviderProps): Proof {
    const key = new AssertionKey(this, 'AssertionKey', { clientId, algorithm, retention });
    key.grantPublicKey(registrations.registrar);
    return {
      provider: {
        clientAuthenticationMethod: 'PRIVATE_KEY_JWT',
        privateKeyJwtConfig: {
          privateKeySource: { kmsKeySource: { kmsKeyArn: key.keyArn } },
          signingAlgorithm: algorithm,
        },
      },
      // The audience of AgentCore's assertions is the token endpoint.
      authentication: { method: 'private_key_jwt', acceptsTokenEndpointAudience: true },
      registration: { SigningKeyArn: key.keyArn },
      grantUse: (grantee) => key.grantUse(grantee),
    };
  }
}
