import type { Instant } from '../runtime/clock.ts';
import type {
  AgentId,
  Audience,
  ClientId,
  IdpId,
  ResourceId,
  ResourceUri,
  ScopeName,
} from '../runtime/identifiers.ts';
import type { AwsWorkload } from './aws-workload.ts';
import type { CertificateName } from './certificate-name.ts';
import type { ClientDocumentRefusal, KeptDocument } from './client-documents.ts';

/** `disabled` is an operator's word: no deployment turns it back. */
export type RegistrationState = 'active' | 'disabled';

/** Who created an entry, and so who may change it. */
export type ManagedBy =
  | { readonly kind: 'deployment'; readonly deployment: string }
  | { readonly kind: 'operator'; readonly arn: string }
  /** A client that registered itself (RFC 7591). */
  | { readonly kind: 'self' }
  /** A client that is its metadata document, and in no registry: `curated` where the config vouches for it. */
  | {
      readonly kind: 'document';
      readonly curated: boolean;
      /** The identity providers at which it is a client of its own. */
      readonly enrolledAt?: readonly IdpId[];
    };

export interface Registration {
  readonly state: RegistrationState;
  readonly managedBy: ManagedBy;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A scope as a person reads it. */
export interface ScopeDefinition {
  readonly name: ScopeName;
  readonly description: string;
}

/** An MCP server, an agent that others call, or a third party behind the vault: what a token can be for. */
export interface Resource extends Registration {
  readonly id: ResourceId;
  readonly uri: ResourceUri;
  /** Equal to `uri` unless the registration names another. */
  readonly audience: Audience;
  readonly kind: 'mcp-server' | 'agent' | 'egress';
  /** The principal behind a resource of kind `agent`. */
  readonly agentId?: AgentId;
  readonly name: string;
  readonly scopes: readonly ScopeDefinition[];
  /**
   * Through which clients people may use it: those that somebody declared, or any that introduce themselves too. Absent:
   * `any` for an MCP server, `declared` for an agent.
   */
  readonly clients?: 'declared' | 'any';
  /** `opaque`: its tokens say nothing, and its server asks what they are worth. Absent: they are signed. */
  readonly tokens?: 'opaque';
  /** Whether its server takes tokens that are bound to a key, or takes no others. Absent: nothing is said of it. */
  readonly dpop?: 'accepted' | 'required';
  /** Of the MCP server itself, which acts through its server clients (`Client.resource`): at most one entry a target. */
  readonly delegations?: readonly Delegation[];
  /** Its registered actor: that agent alone may exchange tokens for this resource. Absent: whoever answers at it. */
  readonly actor?: AgentId;
}

/** In whose name a token is that somebody exchanges. */
export type SubjectKind = 'person' | 'agent' | 'workload';

/** A scope at the target, given where the subject token holds one of `from`. */
export interface DelegatedScope {
  readonly name: ScopeName;
  readonly from: readonly ScopeName[];
}

/** What a principal may do in the name of whoever sent it a token, at one target (RFC 8693). Absent: nothing. */
export interface Delegation {
  /** The target. */
  readonly resource: ResourceUri;
  readonly scopes: readonly DelegatedScope[];
  /** In whose name. */
  readonly subjects: readonly SubjectKind[];
  /** `impersonation`: the token does not say who acts. */
  readonly mode: 'delegation' | 'impersonation';
  /** In the name of people: whether it may get a refresh token, and so go on once the subject token has expired. */
  readonly refresh?: true;
}

/** What an agent may ask of one resource: `required` is granted when nothing is asked, `optional` on request. */
export interface ScopeCatalogue {
  readonly resource: ResourceUri;
  readonly required: readonly ScopeName[];
  readonly optional: readonly ScopeName[];
}

/** A first-class principal. */
export interface Agent extends Registration {
  readonly id: AgentId;
  readonly name: string;
  readonly owner: string;
  /** At most one entry a resource. */
  readonly catalogue: readonly ScopeCatalogue[];
  /** At most one entry a target. */
  readonly delegations?: readonly Delegation[];
  /** Absent: it opens no tasks. */
  readonly tasks?: TaskPolicy;
}

/** What an agent may do by tasks. */
export interface TaskPolicy {
  /** After its opening a task ends so much later at the latest. */
  readonly maximumHours: number;
  /** Whether it may move the end of a task that runs, within those. */
  readonly extension?: true;
  /** Secrets that tokens may be put into: ARNs, or beginnings of ARNs and a `*`. */
  readonly secrets?: readonly string[];
}

/** SHA-256 of a 256-bit random secret; the secret itself is shown once and kept nowhere. */
export interface StoredSecret {
  readonly id: string;
  readonly digest: string;
  readonly createdAt: Instant;
}

export type AssertionKeys =
  | { readonly kind: 'jwks'; readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } }
  | { readonly kind: 'jwks_uri'; readonly jwksUri: string };

export interface SecretAuthentication {
  readonly method: 'client_secret_basic' | 'client_secret_post';
  /** One or two, the second while a rotation is under way. */
  readonly secrets: readonly StoredSecret[];
}

export interface KeyAuthentication {
  readonly method: 'private_key_jwt';
  readonly keys: AssertionKeys;
  /** Legacy clients name the token endpoint as `aud`; the issuer alone is the default (rfc7523bis). */
  readonly acceptsTokenEndpointAudience: boolean;
}

/** By the JWT that AWS issues to the workload itself: there is no secret and no key of ours or of the client's. */
export interface AwsAuthentication {
  readonly method: 'aws_iam_jwt';
  readonly workload: AwsWorkload;
}

/** By a request to AWS STS that the role signed: for accounts that issue no identity tokens. */
export interface AwsCallerAuthentication {
  readonly method: 'aws_caller_identity';
  /** The ARN of one role. */
  readonly role: string;
}

/** RFC 8705 §2.1: by the certificate of its TLS connection, which an authority of the truststore issued. */
export interface CertificateAuthentication {
  readonly method: 'tls_client_auth';
  readonly name: CertificateName;
}

/** A public client (RFC 6749 §2.1) has nothing to prove itself by: what it redeems must prove itself (PKCE, rotation). */
export interface PublicAuthentication {
  readonly method: 'none';
}

/** How a client proves itself at the token endpoint. A secret is accepted by Basic and by post alike. */
export type ClientAuthentication =
  | SecretAuthentication
  | KeyAuthentication
  | AwsAuthentication
  | AwsCallerAuthentication
  | CertificateAuthentication
  | PublicAuthentication;

export type GrantType =
  | 'client_credentials'
  | 'authorization_code'
  | 'refresh_token'
  /** RFC 8628 §3.4. */
  | 'urn:ietf:params:oauth:grant-type:device_code'
  /** RFC 8693. */
  | 'urn:ietf:params:oauth:grant-type:token-exchange'
  /** RFC 7523. */
  | 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** An OAuth client. It belongs to one agent for good, or it is the server of one resource, or neither. */
export interface Client extends Registration {
  readonly id: ClientId;
  readonly name: string;
  readonly agentId?: AgentId;
  /** The resource whose tokens it may introspect; only without an agent, and then it may exchange those tokens at most. */
  readonly resource?: ResourceUri;
  readonly grantTypes: readonly GrantType[];
  readonly authentication: ClientAuthentication;
  /** Where the authorization endpoint may send people back to, compared as text; absent: nowhere. */
  readonly redirectUris?: readonly string[];
  /** Further ones, each there for as long as what attached it. */
  readonly attachedRedirectUris?: readonly AttachedRedirectUri[];
  /** Where people may be sent once they are signed out, compared as `redirectUris` are; absent: nowhere. */
  readonly postLogoutRedirectUris?: readonly string[];
  /** `implied`: people are not asked, because the config says so. Never so for a client that registered itself. */
  readonly consent?: 'asked' | 'implied';
  /** RFC 9126 §6: it pushes its authorization requests, and no other is taken in its name. */
  readonly pushesRequests?: boolean;
  /** RFC 9449 §5.2: whether it gets no token that is not bound to a key of its own. */
  readonly dpopBound?: boolean;
  /** RFC 8705 §3.4: whether its tokens are bound to its certificate. Never beside `dpopBound`. */
  readonly certificateBound?: boolean;
  /** Of a client that registered itself: from then on it is not registered any more. */
  readonly expiresAt?: Instant;
  readonly registered?: SelfRegistration;
}

/** What a client that registered itself said of itself. */
export interface SelfRegistration {
  /** As it is echoed; every member was judged. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** SHA-256 of its registration access token. Absent where all who register the same share the record. */
  readonly tokenDigest?: string;
  /** Whether an operator has to enable it first, and none has decided yet. */
  readonly awaitsApproval: boolean;
  /** The initial access token by which it came. */
  readonly registrationTokenId?: string;
  /** The identity providers at which it is a client of its own. */
  readonly enrolledAt?: readonly IdpId[];
}

export interface AttachedRedirectUri {
  readonly uri: string;
  /** `<stack>/<custom resource>` */
  readonly by: string;
}

/** What the registry knows of the names in one request; an absent member is not registered. */
export interface RegistryView {
  readonly client?: Client;
  /** The agent that `client` belongs to, or that was asked for. */
  readonly agent?: Agent;
  readonly resource?: Resource;
  /** The document behind a client id that is a URL, as it was last accepted. */
  readonly document?: KeptDocument;
  /** Why there is no client for an id that is a URL. */
  readonly clientRefusal?: ClientDocumentRefusal;
}

/** A role as its account's issuer names it, by the patterns that may cover it: the first that a client holds counts. */
export interface AwsRoleNames {
  readonly issuer: string;
  readonly patterns: readonly string[];
}

export interface RegistryNames {
  readonly clientId?: ClientId;
  /** In place of `clientId`, for a caller that is an agent without being a client of it. */
  readonly agentId?: AgentId;
  /** In place of `clientId`: the client that is this role. */
  readonly awsRole?: AwsRoleNames;
  readonly resourceUri?: ResourceUri;
}

/** Reads for the request path. Every answer is at most 5 seconds old (design: freshness). */
export interface RegistryReader {
  /** The registered resources among those URIs, in no particular order; one round trip for all that is not cached. */
  readonly resources: (uris: readonly ResourceUri[]) => Promise<readonly Resource[]>;
  /** One round trip when nothing is cached and the client's agent is known, none when all is. */
  readonly view: (names: RegistryNames) => Promise<RegistryView>;
}

export interface ResourceDirectory {
  /** The active or disabled resource of that canonical URI, at most 5 seconds old. */
  readonly findByUri: (uri: ResourceUri) => Promise<Resource | undefined>;
  /** The same by its short id. */
  readonly findById: (id: ResourceId) => Promise<Resource | undefined>;
}
