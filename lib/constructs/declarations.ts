import type {
  AgentConfig,
  AwsAuthentication,
  ClientAuthenticationConfig,
  ClientConfig,
  ResourceConfig,
} from '../config/config.ts';
import type { DelegationConfig, OnBehalfOfConfig } from '../config/delegation-config.ts';
import type { AgentTasksConfig } from '../config/tasks-config.ts';

/** A resource of the config, or the one that a third party is here. */
export type RegisteredResource = Omit<ResourceConfig, 'kind'> & {
  readonly kind?: NonNullable<ResourceConfig['kind']> | 'egress';
};

/** What the registrar is told of a resource: the body that the admin API takes, as of all declarations here. */
export function resourceDeclaration(resource: RegisteredResource, resources: readonly Target[]): object {
  const { id, uri, audience, kind, agent, name, scopes, clients, tokens, dpop, onBehalfOf, actor } = resource;
  return {
    id,
    uri,
    ...(audience !== undefined && { audience }),
    kind: kind ?? 'mcp-server',
    ...(agent !== undefined && { agent_id: agent }),
    name,
    scopes: Object.entries(scopes).map(([scope, description]) => ({ name: scope, description })),
    ...(clients && { clients }),
    ...(tokens === 'opaque' && { tokens }),
    ...(dpop && { dpop }),
    ...delegationMembers(onBehalfOf, resources),
    ...(actor !== undefined && { actor }),
  };
}

function delegationMembers(onBehalfOf: OnBehalfOfConfig | undefined, resources: readonly Target[]): object {
  if (onBehalfOf === undefined) return {};
  const delegations = Object.entries(onBehalfOf).map(([id, delegation]) => ({
    resource: resources.find((candidate) => candidate.id === id)?.uri,
    scopes: givenScopes(delegation).map(([name, from]) => ({ name, from })),
    subjects: delegation.subjects ?? ['person'],
    mode: delegation.impersonation === true ? 'impersonation' : 'delegation',
    ...(delegation.refreshTokens === true && { refresh: true }),
  }));
  return { delegations };
}

/** A resource, or an API behind an identity provider. */
type Target = Pick<ResourceConfig, 'id' | 'uri'>;

function givenScopes({ scopes }: DelegationConfig): readonly (readonly [string, readonly string[]])[] {
  return isList(scopes) ? scopes.map((name) => [name, [name]] as const) : Object.entries(scopes);
}

function isList(scopes: DelegationConfig['scopes']): scopes is readonly string[] {
  return Array.isArray(scopes);
}

export function agentDeclaration(agent: AgentConfig, resources: readonly Target[]): object {
  const uris = new Map(resources.map(({ id, uri }) => [id, uri]));
  return {
    id: agent.id,
    name: agent.name ?? agent.id,
    owner: agent.owner,
    catalogue: Object.entries(agent.scopes).map(([resource, { required = [], optional = [] }]) => ({
      resource: uris.get(resource),
      required,
      optional,
    })),
    ...delegationMembers(agent.onBehalfOf, resources),
    ...(agent.tasks && { tasks: taskPolicy(agent.tasks) }),
  };
}

function taskPolicy({ maximumHours, extension, secrets }: AgentTasksConfig): object {
  return {
    maximum_hours: maximumHours,
    ...(extension === true && { extension }),
    ...(secrets && { secrets }),
  };
}

export function clientDeclaration(client: ClientConfig, resources: readonly ResourceConfig[]): object {
  const { id, name, agent, resource, authentication, redirectUris, grants, consent } = client;
  return {
    client_id: id,
    client_name: name ?? id,
    ...(agent !== undefined && { agent_id: agent }),
    ...(resource !== undefined && {
      resource: resources.find((candidate) => candidate.id === resource)?.uri,
    }),
    ...(grants && { grant_types: grants }),
    token_endpoint_auth_method: authentication.method,
    ...proofMembers(authentication),
    ...(redirectUris && { redirect_uris: redirectUris }),
    ...(client.postLogoutRedirectUris && { post_logout_redirect_uris: client.postLogoutRedirectUris }),
    ...(consent && { consent }),
    ...(client.requirePushedRequests === true && { require_pushed_authorization_requests: true }),
    ...(client.dpopBoundAccessTokens === true && { dpop_bound_access_tokens: true }),
    ...(client.certificateBoundAccessTokens === true && {
      tls_client_certificate_bound_access_tokens: true,
    }),
  };
}

/** What the client proves itself by, where that is no secret. */
function proofMembers(authentication: ClientAuthenticationConfig): object {
  if (authentication.method === 'aws_iam_jwt') return { aws: workload(authentication) };
  if (authentication.method === 'aws_caller_identity') return { aws: { role: authentication.role } };
  if (authentication.method === 'tls_client_auth') {
    return {
      tls_client_auth_subject_dn: authentication.subjectDn,
      tls_client_auth_san_dns: authentication.sanDns,
      tls_client_auth_san_uri: authentication.sanUri,
      tls_client_auth_san_ip: authentication.sanIp,
      tls_client_auth_san_email: authentication.sanEmail,
    };
  }
  if (authentication.method !== 'private_key_jwt') return {};
  const { jwks, jwksUri, acceptsTokenEndpointAudience } = authentication;
  return {
    ...(jwks && { jwks }),
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    ...(acceptsTokenEndpointAudience === true && { accepts_token_endpoint_audience: true }),
  };
}

/** Without an issuer, the registrar writes that of its own account. */
function workload({ issuer, role, organization, principalTags, lambdaFunctions }: AwsAuthentication): object {
  return {
    ...(issuer !== undefined && { issuer }),
    role,
    ...(organization !== undefined && { organization }),
    ...(principalTags && { principal_tags: principalTags }),
    ...(lambdaFunctions && { lambda_functions: lambdaFunctions }),
  };
}
