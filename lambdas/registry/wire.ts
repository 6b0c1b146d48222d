import type { AwsWorkload } from '../ports/aws-workload.ts';
import type { DownstreamApi } from '../ports/downstream-apis.ts';
import type { EgressProvider } from '../ports/egress-providers.ts';
import type { ClientProof, IdentityProvider } from '../ports/identity-providers.ts';
import type { Kind, Things } from '../ports/registry-store.ts';
import type {
  Agent,
  Client,
  Delegation,
  ManagedBy,
  Registration,
  Resource,
  TaskPolicy,
} from '../ports/registry.ts';
import type { Instant } from '../runtime/clock.ts';
import { writtenStrategy } from './exchange-strategy.ts';
import { snakeMembers } from './member-names.ts';
import { liveSecrets } from './secrets.ts';

type Json = Readonly<Record<string, unknown>>;

/** Things as the admin API shows them: their declaration and what the registry adds. No secret and no digest. */
export const wireForm: { readonly [K in Kind]: (thing: Things[K]) => Json } = {
  resource: (resource: Resource) => ({
    id: resource.id,
    uri: resource.uri,
    audience: resource.audience,
    kind: resource.kind,
    agent_id: resource.agentId,
    name: resource.name,
    scopes: resource.scopes.map(({ name, description }) => ({ name, description })),
    clients: resource.clients,
    tokens: resource.tokens,
    dpop: resource.dpop,
    delegations: resource.delegations?.map(delegation),
    actor: resource.actor,
    ...registration(resource),
  }),
  agent: (agent: Agent) => ({
    id: agent.id,
    name: agent.name,
    owner: agent.owner,
    catalogue: agent.catalogue.map(({ resource, required, optional }) => ({ resource, required, optional })),
    delegations: agent.delegations?.map(delegation),
    tasks: agent.tasks && taskPolicy(agent.tasks),
    ...registration(agent),
  }),
  client: (client: Client) => ({
    client_id: client.id,
    client_name: client.name,
    agent_id: client.agentId,
    resource: client.resource,
    grant_types: client.grantTypes,
    token_endpoint_auth_method: client.authentication.method,
    ...proof(client),
    redirect_uris: client.redirectUris,
    attached_redirect_uris: client.attachedRedirectUris?.map(({ uri, by }) => ({ redirect_uri: uri, by })),
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    consent: client.consent,
    require_pushed_authorization_requests: client.pushesRequests,
    dpop_bound_access_tokens: client.dpopBound,
    tls_client_certificate_bound_access_tokens: client.certificateBound,
    registration_token: client.registered?.registrationTokenId,
    expires_at: client.expiresAt && time(client.expiresAt),
    secrets: liveSecrets(client).map(({ id, createdAt }) => ({ id, created_at: time(createdAt) })),
    ...registration(client),
  }),
  idp: (idp: IdentityProvider) => ({
    id: idp.id,
    name: idp.name,
    profile: idp.profile,
    issuer: idp.issuer,
    client_id: idp.clientId,
    client_authentication: proofOf(idp.clientProof),
    dpop: idp.dpop,
    scopes: idp.scopes,
    domains: idp.domains,
    resources: idp.resources,
    subject_claim: idp.subjectClaim,
    tenant_claim: idp.tenantClaim,
    tenants: idp.tenants,
    acr: idp.acr,
    groups_claim: idp.groupsClaim,
    on_logout: idp.onLogout,
    roles: idp.roles?.map(({ name, groups, scopes }) => ({ name, groups, scopes })),
    ...registration(idp),
  }),
  api: (api: DownstreamApi) => ({
    ...{ id: api.id, uri: api.uri, idp: api.idp },
    strategy: writtenStrategy(api.strategy),
    scopes: api.scopes.map(({ name, upstream }) => ({ name, upstream })),
    ...(api.agents && { agents: api.agents.map(({ agent, scopes }) => ({ agent, scopes })) }),
    ...registration(api),
  }),
  provider: ({ id, uri, name, scopes, api, credential, agents, groups, ...registered }: EgressProvider) => ({
    ...{ id, uri, name },
    ...snakeMembers({ scopes, api, credential, agents, groups }),
    ...registration(registered),
  }),
};

function delegation({ resource, scopes, subjects, mode, refresh }: Delegation): Json {
  return { resource, scopes: scopes.map(({ name, from }) => ({ name, from })), subjects, mode, refresh };
}

function taskPolicy({ maximumHours, extension, secrets }: TaskPolicy): Json {
  return { maximum_hours: maximumHours, extension, secrets };
}

/** How the deployment proves itself at an identity provider. */
function proofOf(proof: ClientProof): Json {
  if (proof.method === 'client_secret') return { method: proof.method };
  const { method, alg, audience, keys, certificate } = proof;
  return {
    ...{ method, alg, audience },
    keys: keys.map(({ id, keyArn, kid, publicJwk }) => ({ id, key_arn: keyArn, kid, jwk: publicJwk })),
    certificate: certificate && {
      ...{ 'x5t#S256': certificate.thumbprint, not_after: time(certificate.notAfter) },
    },
  };
}

/** What a client proves itself by, where that is no secret. */
function proof({ authentication }: Client): Json {
  switch (authentication.method) {
    case 'private_key_jwt':
      return {
        ...(authentication.keys.kind === 'jwks'
          ? { jwks: authentication.keys.jwks }
          : { jwks_uri: authentication.keys.jwksUri }),
        accepts_token_endpoint_audience: authentication.acceptsTokenEndpointAudience,
      };
    case 'aws_iam_jwt':
      return { aws: workload(authentication.workload) };
    case 'aws_caller_identity':
      return { aws: { role: authentication.role } };
    case 'tls_client_auth':
      return { [`tls_client_auth_${authentication.name.kind}`]: authentication.name.value };
    case 'client_secret_basic':
    case 'client_secret_post':
    case 'none':
      return {};
  }
}

function workload({ issuer, role, organization, principalTags, lambdaFunctions }: AwsWorkload): Json {
  return {
    issuer,
    role,
    ...(organization !== undefined && { organization }),
    principal_tags: principalTags,
    lambda_functions: lambdaFunctions,
  };
}

function registration(thing: Registration): Json {
  return {
    state: thing.state,
    managed_by: owner(thing.managedBy),
    created_at: time(thing.createdAt),
    updated_at: time(thing.updatedAt),
  };
}

function owner(managedBy: ManagedBy): Json {
  return { ...managedBy };
}

export function time(at: Instant): string {
  return new Date(at * 1_000).toISOString().replace('.000Z', 'Z');
}
