import type { OnBehalfOfConfig } from './delegation-config.ts';
import type { IdentityAssertionConfig } from './asserting-config.ts';
import type { TrustAnchorConfig, WorkloadConfig } from './foreign-config.ts';
import type { DownstreamApiConfig } from './downstream-apis-config.ts';
import type { EgressConfig } from './egress-config.ts';
import type { IdentityProviderConfig, RoleConfig } from './people-config.ts';
import type { AgentTasksConfig, TasksConfig } from './tasks-config.ts';

/** What one deployment of Vestibule is. Checked as a whole at synth: a bad value never reaches an account. */
export interface VestibuleConfig {
  /** `production` (the default) retains and protects all state; `dev` destroys it with the stack. */
  readonly profile?: 'production' | 'dev';
  /** The issuer's own host. Absent: the issuer is the HTTP API's own URL. */
  readonly issuer?: IssuerConfig;
  /** A second host, where clients show a certificate (RFC 8705). Absent: none does. */
  readonly mutualTls?: MutualTlsConfig;
  /** CloudFront and a web ACL before the API, at the issuer's own host. Absent: callers reach the API itself. */
  readonly edge?: EdgeConfig;
  /**
   * Where tokens are signed. `kms` (the default): each by a call of KMS, whose private keys nobody can read.
   * `envelope`: in the token function, with a key that KMS made and wraps.
   */
  readonly signing?: 'kms' | 'envelope' | SigningConfig;
  /** Life of an access token in minutes, 5 to 60. Default: 15. */
  readonly accessTokenMinutes?: number;
  /** How long clients may go on with what a person granted, while the person is away. */
  readonly refreshTokens?: RefreshTokensConfig;
  /** Tokens that are exchanged, in the name of whoever sent them (RFC 8693). */
  readonly delegation?: ChainConfig;
  /** Work that goes on for longer than a token, of agents that have `tasks`. */
  readonly tasks?: TasksConfig;
  /** Clients that bind their tokens to a key (RFC 9449). */
  readonly dpop?: DpopConfig;
  /** Days after which the next signing key takes over, 7 to 365. Default: 90. */
  readonly keyRotationDays?: number;
  /** How often one caller may ask, before it is answered 429. */
  readonly limits?: LimitsConfig;
  /** Alarms, their metrics and a dashboard. They are part of production; of `dev` where this is given. */
  readonly alarms?: AlarmsConfig;
  /**
   * A canary that gets a token from outside every ten minutes, as an agent would, and verifies it. It costs some $5 a
   * month, and registers an agent, a client and a resource of its own. Default: false.
   */
  readonly canary?: boolean;
  /** How long logs are kept, one of the periods CloudWatch Logs offers. Default: 365 in production, 7 in dev. */
  readonly logRetentionDays?: number;
  /** Whether clients may prove themselves by a signed request to AWS STS (`aws_caller_identity`). Default: false. */
  readonly awsCallerIdentity?: boolean;
  /** Clients that register themselves, where people sign in. */
  readonly registration?: RegistrationConfig;
  /** Whose metadata documents are clients, where people sign in. Default: everybody's, and people are asked. */
  readonly clientMetadataDocuments?: ClientMetadataDocumentsConfig;
  /** What tokens can be for: MCP servers, and agents that others call. */
  readonly resources: readonly ResourceConfig[];
  /** The principals, and what each may ask for. */
  readonly agents: readonly AgentConfig[];
  /** The OAuth clients that agents run as, and those by which resources ask about tokens. */
  readonly clients: readonly ClientConfig[];
  /** Where people sign in. Absent: nobody does, and agents act for themselves alone. */
  readonly identityProviders?: readonly IdentityProviderConfig[];
  /** Who else may issue tokens that count here, and on which terms. Default: nobody. */
  readonly trustAnchors?: readonly TrustAnchorConfig[];
  /** Programs elsewhere that are agents here by what their platform says of them; of several that fit, the first counts. */
  readonly workloads?: readonly WorkloadConfig[];
  /** APIs behind identity providers, which agents and MCP servers call in the name of people. */
  readonly downstreamApis?: readonly DownstreamApiConfig[];
  /** Third parties whose APIs agents call without holding their credentials. Default: none. */
  readonly egress?: EgressConfig;
  /** Authorization servers of others to which this deployment says who its people are (ID-JAG). Default: none. */
  readonly identityAssertions?: readonly IdentityAssertionConfig[];
  /** How the pages look that people see when they sign in. */
  readonly branding?: BrandingConfig;
  /** What people may let agents do. Absent: whoever can sign in may grant every scope. */
  readonly roles?: readonly RoleConfig[];
}

export interface RegistrationConfig {
  /**
   * `approval`: an operator enables what registers. `initial_access_token`: only who was given one registers
   * (`vestibule registration-token add`). `closed`: nothing registers. Default: `open`.
   */
  readonly mode?: 'open' | 'approval' | 'initial_access_token' | 'closed';
  /**
   * Hours that a client lives which no person has used, 1 to 8,760, from when it registered or an operator enabled it.
   * Default: 24.
   */
  readonly unusedHours?: number;
  /** Days that a client lives after a person used it, 1 to 3,650; longer than its grants live. Default: 365. */
  readonly lifetimeDays?: number;
  /** New clients from one source address; those that register the same again do not count. Default: 5, and 100 at once. */
  readonly perAddress?: LimitConfig;
  /**
   * Redirect URIs with a scheme of an app's own, by their exact text: they are taken of clients that bring their metadata
   * themselves. Default: that of Cursor.
   */
  readonly customRedirectUris?: readonly string[];
  /**
   * Whose software statements (RFC 7591 §2.3) count: what they say of a client comes before what it says itself. Those
   * of others are refused. Default: nobody's, and statements are ignored.
   */
  readonly softwareStatements?: readonly SoftwareStatementIssuerConfig[];
}

/** Somebody who signs software statements. */
export interface SoftwareStatementIssuerConfig {
  /** Exactly the `iss` of its statements. */
  readonly issuer: string;
  /** The https URL of its public keys, as a JWK set. */
  readonly jwksUri: string;
}

/**
 * By host: `example.com`, or `*.example.com` for all below it. Another port than 443 is named, `example.com:8443`, but in
 * `deny`, which is for every port.
 */
export interface ClientMetadataDocumentsConfig {
  /** Only documents of these hosts, and of curated ones, are clients. Default: of all hosts. */
  readonly allow?: readonly string[];
  /** Documents of these hosts are no clients, whatever else is said of them. */
  readonly deny?: readonly string[];
  /** Hosts that you vouch for. Only their clients can be used without asking people. */
  readonly curated?: readonly CuratedHostConfig[];
  /**
   * Whether Vestibule's copies of the documents of well-known clients stand in where their hosts refuse us. Default: true.
   */
  readonly pinnedCopies?: boolean;
}

export interface CuratedHostConfig {
  readonly host: string;
  /** Default: `asked`. */
  readonly consent?: 'asked' | 'implied';
}

export interface DpopConfig {
  /**
   * Whether proofs at `/token` must hold a nonce of ours, so that none can be made long before it is used; their clients are
   * told it. `off` is for clients that cannot do that. Default: `required`.
   */
  readonly nonces?: 'required' | 'off';
}

export interface RefreshTokensConfig {
  /** Days without a refresh after which a grant ends, 1 to 365. Default: 30, or `absoluteDays` if that is less. */
  readonly idleDays?: number;
  /** Days after which a grant ends however much it is used, 1 to 365. Default: 90, or `idleDays` if that is more. */
  readonly absoluteDays?: number;
}

export interface ChainConfig {
  /** As many actors and no more are in one chain, 1 to 8. Default: 4. */
  readonly maximumDepth?: number;
}

export interface BrandingConfig {
  /** The company's name, as people know it. Default: the pages name none. */
  readonly name?: string;
  /** `#rrggbb`: the colour of what a page is about, with white text on it. Default: a blue. */
  readonly accent?: string;
}

export interface AlarmsConfig {
  /** The SNS topic that is told of every alarm and of its end. Absent: alarms show on the console alone. */
  readonly topicArn?: string;
  /** Where your people read the runbook, without an anchor. Default: `docs/runbook.md` of this project. */
  readonly runbookUrl?: string;
}

export interface EdgeConfig {
  /**
   * The ARN of a web ACL for CloudFront. Absent: the stack makes one, and has to be in us-east-1 for it; a stack elsewhere
   * takes that of an `EdgeWebAcl` in a stack of us-east-1.
   */
  readonly webAclArn?: string;
  /**
   * Requests from one address in five minutes to the endpoints that clients prove themselves at, 10 to 2,000,000,000; of
   * the web ACL that the stack makes. Default: 3,000.
   */
  readonly requestsPerAddress?: number;
}

export interface LimitsConfig {
  /** One client at `/token`, `/introspect` and `/revoke` together. Default: 100 a second, and 1,000 at once. */
  readonly perClient?: LimitConfig;
  /** The requests from one source address that prove no client. Default: 50 a second, and 500 at once. */
  readonly perAddress?: LimitConfig;
}

export interface LimitConfig {
  /** Requests a second over time, 1 to 100,000. */
  readonly perSecond: number;
  /** Requests at once after a rest, up to 1,000,000 and not below `perSecond`. Default: ten times `perSecond`. */
  readonly burst?: number;
}

export interface SigningConfig {
  readonly mode: 'kms' | 'envelope';
  /** Default: `RS256`, which every verifier takes. `ES256` is for mode `envelope`. */
  readonly algorithm?: 'RS256' | 'ES256';
}

export interface IssuerConfig {
  /** `https://auth.example.com`: https, a host of its own, nothing after it. It is the `iss` of every token. */
  readonly url: string;
  /** An ACM certificate for that host, in the stack's region; in us-east-1 behind an edge. */
  readonly certificateArn: string;
  /** The Route 53 zone to write the host's alias into. Absent: DNS is yours to point. */
  readonly hostedZone?: HostedZoneConfig;
}

/** A host of the API at which every caller has to show a certificate that an authority of the truststore issued. */
export interface MutualTlsConfig {
  /** `https://mtls.auth.example.com`: https, a host of its own that is not the issuer's, nothing after it. */
  readonly url: string;
  /** An ACM certificate for that host, in the stack's region. */
  readonly certificateArn: string;
  /** The certificates of the authorities that may issue clients theirs. */
  readonly truststore: TruststoreConfig;
  /** A public ACM certificate for the host, where `certificateArn` was imported or is of a private authority. */
  readonly ownershipCertificateArn?: string;
  /** The Route 53 zone to write the host's alias into. Absent: DNS is yours to point. */
  readonly hostedZone?: HostedZoneConfig;
}

/** A file of certificates in PEM, in a bucket that whoever deploys may read. */
export interface TruststoreConfig {
  readonly bucket: string;
  readonly key: string;
  /** The version of the object: without it API Gateway does not notice that the file has changed. */
  readonly version: string;
}

export interface HostedZoneConfig {
  readonly id: string;
  readonly name: string;
}

export interface ResourceConfig {
  /** Short name, `[A-Za-z0-9_-]{1,64}`: what agents of this config refer to. */
  readonly id: string;
  /** The canonical URI that clients send as `resource`. */
  readonly uri: string;
  /** What `aud` says where it is not the URI. */
  readonly audience?: string;
  /** Default: `mcp-server`. */
  readonly kind?: 'mcp-server' | 'agent';
  /** The id of the agent that answers there; only with kind `agent`. */
  readonly agent?: string;
  /** As people read it on a consent page. */
  readonly name: string;
  /** Scope name → what it allows, in words for people. */
  readonly scopes: Readonly<Record<string, string>>;
  /**
   * Through which clients people may use it: those of this config and of operators, or any that introduce themselves too.
   * Default: `any` for an MCP server, `declared` for an agent.
   */
  readonly clients?: 'declared' | 'any';
  /**
   * `opaque`: its tokens are random text, and its server asks at `/introspect` what each is worth. Whatever verifies tokens
   * by itself does not take them: the resource-server package, `protect`, the JWT authorizers of API Gateway and AgentCore.
   * Default: `jwt`.
   */
  readonly tokens?: 'jwt' | 'opaque';
  /**
   * What its server does about tokens that are bound to a key (DPoP), as its metadata then says. `accepted`: it takes them, with
   * their proofs. `required`: it takes no others, and none that is not bound is issued for it. Default: nothing is said.
   */
  readonly dpop?: 'accepted' | 'required';
  /**
   * What the MCP server itself may do elsewhere in the name of who calls it, by exchanging the tokens that it receives. It needs a
   * client (`clients[].resource`). What an agent may do stands on the agent. Default: nothing.
   */
  readonly onBehalfOf?: OnBehalfOfConfig;
  /**
   * The id of the agent that alone exchanges the tokens for this resource; they say so (`may_act`). Default: those who
   * receive them, its server and its agent.
   */
  readonly actor?: string;
}

export interface AgentConfig {
  readonly id: string;
  /** Default: the id. */
  readonly name?: string;
  /** Who answers for it: a team or an address. */
  readonly owner: string;
  /** Resource id → the scopes the agent gets there unasked (`required`) and on request (`optional`). */
  readonly scopes: Readonly<Record<string, AgentScopes>>;
  /** What it may do in the name of who calls it, by exchanging the tokens that it receives. Default: nothing. */
  readonly onBehalfOf?: OnBehalfOfConfig;
  /** What it may do by tasks, which go on for longer than a token. Default: it opens none. */
  readonly tasks?: AgentTasksConfig;
}

export interface AgentScopes {
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
}

export interface ClientConfig {
  /** The `client_id`; not `dyn_…`, which are clients that registered themselves. */
  readonly id: string;
  /** Default: the id. */
  readonly name?: string;
  /** The id of the agent it belongs to. At most one of `agent` and `resource`; neither needs `redirectUris` or the device grant. */
  readonly agent?: string;
  /** The id of the resource that it serves: it may introspect that resource's tokens, and exchange them at most. */
  readonly resource?: string;
  readonly authentication: ClientAuthenticationConfig;
  /**
   * Where people may be sent back to from the authorization endpoint: whole URLs, compared as text, but for the port on
   * the person's own machine.
   */
  readonly redirectUris?: readonly string[];
  /** Where people may be sent once they are signed out (`/logout`), by the rules of `redirectUris`. Default: nowhere. */
  readonly postLogoutRedirectUris?: readonly string[];
  /**
   * Default: `client_credentials` for a client of an agent that proves itself; with `redirectUris` the next two; and
   * token exchange where it proves itself and the agent or the resource that it belongs to has `onBehalfOf`, with `refresh_token`
   * where that has `refreshTokens`.
   */
  readonly grants?: readonly GrantTypeConfig[];
  /** Whether people are asked what they allow the client, or all that they may do is allowed unasked. Default: `asked`. */
  readonly consent?: 'asked' | 'implied';
  /** Whether it pushes its authorization requests (RFC 9126), so that no other is taken in its name. Default: false. */
  readonly requirePushedRequests?: boolean;
  /** Whether it gets no token that is not bound to a key which it proves (RFC 9449). Default: it may prove one. */
  readonly dpopBoundAccessTokens?: boolean;
  /**
   * Whether its tokens are bound to the certificate of its TLS connection (RFC 8705 §3), and it gets none without. Servers that know
   * nothing of it take them as any other. Default: false.
   */
  readonly certificateBoundAccessTokens?: boolean;
}

export type GrantTypeConfig =
  | 'client_credentials'
  | 'authorization_code'
  | 'refresh_token'
  /** For a client on a device without a browser (RFC 8628): people enter its code elsewhere. */
  | 'urn:ietf:params:oauth:grant-type:device_code'
  /** Tokens in the name of others for the tokens that they sent (RFC 8693). */
  | 'urn:ietf:params:oauth:grant-type:token-exchange'
  /** The same for a client that sends the token it received as an assertion (RFC 7523). */
  | 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export type ClientAuthenticationConfig =
  | SecretAuthentication
  | KeyAuthentication
  | AwsAuthentication
  | AwsCallerAuthentication
  | CertificateAuthentication
  | PublicAuthentication;

/** A client that can keep no secret, as on a person's own machine. People sign in with it, and nothing else. */
export interface PublicAuthentication {
  readonly method: 'none';
}

/** The stack generates the secret into Secrets Manager; Vestibule itself keeps its hash only. */
export interface SecretAuthentication {
  readonly method: 'client_secret_basic' | 'client_secret_post';
}

/** The client signs assertions; exactly one of `jwks` and `jwksUri` says with which keys. */
export interface KeyAuthentication {
  readonly method: 'private_key_jwt';
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly jwksUri?: string;
  /** For clients that name the token endpoint, not the issuer, as `aud` of their assertions. Default: false. */
  readonly acceptsTokenEndpointAudience?: boolean;
}

/**
 * The client is an AWS workload: it proves itself by the token that sts:GetWebIdentityToken gives to its role, and holds
 * no secret. All that is written here must hold. Tags that the caller asks for itself (`request_tags`) never count.
 */
export interface AwsAuthentication {
  readonly method: 'aws_iam_jwt';
  /** The ARN of the role, or of all roles under a path: `arn:aws:iam::123456789012:role/agents/*`. */
  readonly role: string;
  /**
   * The issuer of the role's account, `https://<id>.tokens.sts.global.api.aws`. Default: that of the account which the
   * stack is deployed into.
   */
  readonly issuer?: string;
  /** The id of the organization that the account must be a member of. */
  readonly organization?: string;
  /** Tags of the role or of its session, and the value that each must have. */
  readonly principalTags?: Readonly<Record<string, string>>;
  /** The ARNs of the Lambda functions, one of which must be the caller. Default: any caller with the role. */
  readonly lambdaFunctions?: readonly string[];
}

/**
 * For AWS accounts in which outbound identity federation cannot be enabled: the client sends a request to
 * sts:GetCallerIdentity that its role signed, and we send it on. Needs `awsCallerIdentity: true`, and the `client_id`.
 */
export interface AwsCallerAuthentication {
  readonly method: 'aws_caller_identity';
  /** The ARN of one role. */
  readonly role: string;
}

/**
 * The client proves itself by the certificate of its TLS connection (RFC 8705 §2.1), at the domain of `mutualTls`. Exactly one
 * of the names says whose certificate that is.
 */
export interface CertificateAuthentication {
  readonly method: 'tls_client_auth';
  /** As RFC 4514 writes it: `CN=reporter,OU=Agents,O=Example,C=DE`. */
  readonly subjectDn?: string;
  readonly sanDns?: string;
  /** As of SPIFFE: `spiffe://example.com/reporter`. */
  readonly sanUri?: string;
  readonly sanIp?: string;
  readonly sanEmail?: string;
}

export type Profile = NonNullable<VestibuleConfig['profile']>;

/** The config, its literal types kept, with completion in the editor. It is checked when the construct is made. */
export function defineConfig<const Config extends VestibuleConfig>(config: Config): Config {
  return config;
}
